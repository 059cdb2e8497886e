import { describe, expect, it } from '@jest/globals';
import { heartbeat, issued, Witness } from './events.js';
import { until, type Stage } from './harness.js';

export function describeRecording(stage: Stage): void {
  describe('recording', () => {
    it('stores a message once however often it is repeated, and tells its position', async () => {
      const { bus } = await stage.provisioned();
      const { subject, payload } = issued('r', 1);
      expect(await bus.record(subject, payload, 'once')).toBe(1);
      expect(await bus.record(subject, payload, 'once')).toBe(1);
      expect(await bus.record(subject, payload, 'another')).toBe(2);
    });

    it('stores a message after the one that its sender saw last, or not at all', async () => {
      const { bus } = await stage.provisioned();
      const { subject, payload } = issued('r', 1);
      const say = (id: string, after: number) => bus.record(subject, payload, id, undefined, after);
      expect(await say('first', 0)).toBe(1);
      await bus.record(issued('s', 1).subject, issued('s', 1).payload, 'on another subject');
      expect(await say('second', 1)).toBe(3);
      await expect(say('late', 1)).rejects.toMatchObject({ name: 'RecordError', code: 'overtaken' });
      await expect(say('blind', 0)).rejects.toMatchObject({ code: 'overtaken' });
      await stage.harness.purgeUpTo(3);
      await expect(say('forgotten', 3)).rejects.toMatchObject({ code: 'overtaken' });
      expect(await say('begun anew', 0)).toBe(4);
    });

    it('waits for a log that is not there yet', async () => {
      const { bus } = await stage.connect();
      const { subject, payload } = issued('r', 1);
      const recording = bus.record(subject, payload, 'early');
      await bus.provision();
      expect(await recording).toBe(1);
    });

    it('goes through the loss of the link', async () => {
      const { bus, cut, mend } = await stage.provisioned();
      cut();
      const { subject, payload } = issued('r', 1);
      const recording = bus.record(subject, payload, 'cut');
      await until(() => bus.link === 'down');
      mend();
      expect(await recording).toBe(1);
    });

    it('stops when it is told to', async () => {
      const { bus, cut } = await stage.provisioned();
      cut();
      await until(() => bus.link === 'down');
      const stop = new AbortController();
      const { subject, payload } = issued('r', 1);
      const recording = bus.record(subject, payload, 'aborted', stop.signal);
      stop.abort();
      await expect(recording).rejects.toMatchObject({ name: 'RecordError', code: 'aborted' });
      const late = bus.record(subject, payload, 'aborted', stop.signal);
      await expect(late).rejects.toMatchObject({ name: 'RecordError', code: 'aborted' });
    });

    it('stops when the bus is closed', async () => {
      const { bus } = await stage.connect();
      const { subject, payload } = issued('r', 1);
      const recording = bus.record(subject, payload, 'closed');
      recording.catch(() => undefined);
      await bus.close();
      await expect(recording).rejects.toMatchObject({ name: 'RecordError', code: 'closed' });
    });
  });
}

export function describePublishing(stage: Stage): void {
  describe('publishing', () => {
    it('drops what it cannot send, without a word', async () => {
      const { bus, cut, mend } = await stage.provisioned();
      cut();
      await until(() => bus.link === 'down');
      bus.publish(heartbeat('a', 1).subject, heartbeat('a', 1).payload);
      mend();
      await until(() => bus.link === 'up');
      const witness = new Witness();
      await bus.follow(witness);
      bus.publish(heartbeat('a', 2).subject, heartbeat('a', 2).payload);
      await until(() => witness.entries.length > 0);
      expect(witness.names).toEqual(['a/2']);
    });

    it('has sent everything once the bus is closed', async () => {
      const { bus } = await stage.provisioned();
      for (let seq = 1; seq <= 500; seq++)
        bus.publish(heartbeat('a', seq).subject, heartbeat('a', seq).payload);
      await bus.close();
      bus.publish(heartbeat('a', 501).subject, heartbeat('a', 501).payload);
      const witness = new Witness();
      const other = await stage.connect();
      await other.bus.follow(witness);
      await until(() => witness.names.includes('a/500'));
      expect(witness.names).not.toContain('a/501');
    });
  });
}
