import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { shareLoad, sumCapacity } from './share-load.js';

const node = (nodeId: string, bandwidthBps: number | null = 100e6, allocations: number | null = 1000) => ({
  nodeId,
  capacity: { bandwidthBps, allocations },
});
const original = sumCapacity([node('a')]);

describe('shareLoad', () => {
  it('puts all of it on one node', () => {
    expect(shareLoad(0.95, original, [node('a')])).toEqual(
      new Map([['a', { bandwidthBps: 95e6, allocations: 950 }]]),
    );
  });

  it('leaves less for each when there are more, and more for the larger one', () => {
    const shared = shareLoad(0.9, original, [node('a'), node('b', 200e6, 2000)]);
    expect([...shared.values()]).toEqual([
      { bandwidthBps: 30e6, allocations: 300 },
      { bandwidthBps: 60e6, allocations: 600 },
    ]);
  });

  it('leaves out what is not known of every node', () => {
    const nodes = [node('a'), node('b', null)];
    expect(sumCapacity(nodes)).toEqual({ bandwidthBps: null, allocations: 2000 });
    expect(shareLoad(1, original, nodes).get('a')).toEqual({ bandwidthBps: 0, allocations: 500 });
  });

  it('makes nothing and loses nothing, but for rounding', () => {
    const capacity = fc.integer({ min: 1, max: 1e9 });
    const nodes = fc.array(fc.tuple(capacity, capacity), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(nodes, fc.double({ min: 0, max: 3, noNaN: true }), (sizes, utilization) => {
        const all = sizes.map(([bps, allocations], i) => node(`n${i}`, bps, allocations));
        const shared = [...shareLoad(utilization, original, all).values()];
        const total = shared.reduce((sum, { allocations }) => sum + allocations, 0);
        expect(Math.abs(total - utilization * 1000)).toBeLessThanOrEqual(all.length);
      }),
    );
  });
});
