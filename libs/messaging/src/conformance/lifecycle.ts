import { describe, expect, it } from '@jest/globals';
import { heartbeat, Witness } from './events.js';
import { record } from './following.js';
import { until, type Stage } from './harness.js';

export function describeProvisioning(stage: Stage): void {
  describe('provisioning', () => {
    it('destroys nothing, however often and by however many it is done', async () => {
      const { bus } = await stage.provisioned();
      const other = await stage.connect();
      await record(bus, heartbeat('a', 1));
      await bus.state.put('policy', 1, undefined);
      await Promise.all([bus.provision(), other.bus.provision(), bus.provision()]);
      const witness = new Witness();
      await other.bus.follow(witness);
      expect(witness.names).toEqual(['a/1']);
      expect(await other.bus.state.get('policy')).toMatchObject({ value: 1 });
    });

    it('is repeated when the link is back: the broker may have lost its store', async () => {
      const { bus, cut, mend } = await stage.provisioned();
      await record(bus, heartbeat('a', 1));
      cut();
      await until(() => bus.link === 'down');
      await stage.harness.wipe();
      mend();
      expect(await record(bus, heartbeat('a', 2))).toEqual([1]);
    });

    it('waits for the link', async () => {
      const { bus, cut, mend } = await stage.connect();
      cut();
      await until(() => bus.link === 'down');
      const provisioning = bus.provision();
      mend();
      await provisioning;
      expect(await record(bus, heartbeat('a', 1))).toEqual([1]);
    });
  });
}

export function describeUsage(stage: Stage): void {
  describe('the usage of the log', () => {
    it('grows with it, as long as there are a link and a log', async () => {
      const { bus, cut } = await stage.connect();
      expect(await bus.logUsage()).toBeUndefined();
      await bus.provision();
      expect(await bus.logUsage()).toMatchObject({ bytes: 0, spanMs: 0 });
      await record(bus, heartbeat('a', 1));
      const first = await bus.logUsage();
      await record(bus, heartbeat('a', 2));
      const second = await bus.logUsage();
      expect(second?.bytes).toBeGreaterThan(first?.bytes ?? Infinity);
      expect(second?.spanMs).toBeGreaterThanOrEqual(first?.spanMs ?? Infinity);
      cut();
      await until(() => bus.link === 'down');
      expect(await bus.logUsage()).toBeUndefined();
    });
  });
}

export function describeClosing(stage: Stage): void {
  describe('a closed bus', () => {
    it('shows its followers nothing more', async () => {
      const { bus } = await stage.provisioned();
      const other = await stage.connect();
      const [closed, open] = [new Witness(), new Witness()];
      await bus.follow(closed);
      await other.bus.follow(open);
      await bus.close();
      await record(other.bus, heartbeat('a', 1));
      await until(() => open.entries.length === 1);
      expect(closed.entries).toEqual([]);
      expect(bus.link).toBe('down');
    });

    it('may be closed again', async () => {
      const { bus } = await stage.connect();
      await bus.close();
      await expect(bus.close()).resolves.toBeUndefined();
    });

    it('does not wait for a broker that is gone', async () => {
      const { bus, cut } = await stage.provisioned();
      const witness = new Witness();
      await bus.follow(witness);
      await bus.respond('turn.query.test', 'queue', () => Promise.resolve({ payload: 1 }));
      cut();
      await until(() => bus.link === 'down');
      await expect(bus.close()).resolves.toBeUndefined();
    });
  });
}
