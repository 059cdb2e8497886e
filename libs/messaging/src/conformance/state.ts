import { describe, expect, it } from '@jest/globals';
import { RevisionConflictError } from '../errors.js';
import { until, type Stage } from './harness.js';

export function describeState(stage: Stage): void {
  describe('the state', () => {
    it('keeps what was put, for every bus', async () => {
      const { bus } = await stage.provisioned();
      const other = await stage.connect();
      expect(await bus.state.get('policy')).toBeUndefined();
      const revision = await bus.state.put('policy', { regions: ['north'] }, undefined);
      expect(await other.bus.state.get('policy')).toEqual({ value: { regions: ['north'] }, revision });
    });

    it('is written by compare-and-set: the slower of two writers is refused', async () => {
      const { bus } = await stage.provisioned();
      const other = await stage.connect();
      const first = await bus.state.put('policy', 1, undefined);
      await expect(other.bus.state.put('policy', 2, undefined)).rejects.toThrow(RevisionConflictError);
      const second = await other.bus.state.put('policy', 2, first);
      expect(second).toBeGreaterThan(first);
      await expect(bus.state.put('policy', 3, first)).rejects.toThrow(RevisionConflictError);
      expect(await bus.state.get('policy')).toEqual({ value: 2, revision: second });
    });

    it('lets exactly one of many simultaneous writers win', async () => {
      const { bus } = await stage.provisioned();
      const writing = Array.from({ length: 10 }, (_, n) => bus.state.put('policy', n, undefined));
      const outcomes = await Promise.allSettled(writing);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('outlives the broker', async () => {
      const { bus } = await stage.provisioned();
      const revision = await bus.state.put('policy', 1, undefined);
      await stage.harness.killBroker();
      await until(() => bus.link === 'down');
      await expect(bus.state.get('policy')).rejects.toMatchObject({
        name: 'StateError',
        code: 'unavailable',
      });
      await stage.harness.restartBroker();
      await until(() => bus.link === 'up');
      expect(await bus.state.get('policy')).toEqual({ value: 1, revision });
    });

    it('says so when its bucket is not there', async () => {
      const { bus } = await stage.connect();
      const expected = { name: 'StateError', code: 'not-provisioned' };
      await expect(bus.state.get('policy')).rejects.toMatchObject(expected);
      await expect(bus.state.put('policy', 1, undefined)).rejects.toMatchObject(expected);
    });
  });
}
