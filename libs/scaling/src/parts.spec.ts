import { describe, expect, it } from '@jest/globals';
import { largestShare, NO_PARTS, PartSums } from './parts.js';
import { nodesOf, type NodeOptions } from './region.harness.js';
import { readSignals } from './signals.js';

const region = { id: 'r', utilization: 0.5, reserved: 0 };
const signalsOf = (nodes: NodeOptions[], overrides = {}) =>
  readSignals({ ...region, ...overrides }, nodesOf(...nodes));

describe('What a node carries', () => {
  it('counts in the parts of which load and capacity are known', () => {
    const sums = new PartSums();
    for (const node of nodesOf({ id: 'a', bps: null, allocations: 7 }, { id: 'b', allocations: 3 }))
      sums.add(node, true);
    expect(sums).toEqual({
      load: { kbps: 1000, allocations: 10, cpuMilli: 0 },
      capacity: { kbps: 1_000_000, allocations: 10_000, cpuMilli: 0 },
    });
  });

  it('has no share of nothing', () => {
    expect(largestShare({ ...NO_PARTS, kbps: 5 }, NO_PARTS)).toBeNull();
    expect(largestShare(NO_PARTS, { ...NO_PARTS, kbps: 5 })).toBe(0);
  });
});

describe('What is read of a region', () => {
  it('is the load of nodes that drain too, over the capacity of those that do not', () => {
    const signals = signalsOf([
      { id: 'a', bps: 3e8 },
      { id: 'b', bps: 2e8, state: 'draining' },
      { id: 'c', bps: 1e8, state: 'stopped' },
    ]);
    expect(signals).toMatchObject({ usableCount: 1, isKnown: true });
    expect(signals.measured.kbps).toBe(500_000);
    expect(signals.capacity.kbps).toBe(1_000_000);
  });

  it('has what is reserved on top', () => {
    const { measured, load } = signalsOf([{ id: 'a', bps: 3e8 }], { reserved: 0.1 });
    expect(load.kbps - measured.kbps).toBeCloseTo(100_000);
  });

  it.each<[string, NodeOptions[], number | null, boolean]>([
    ['unknown while all its nodes are silent', [{ id: 'a', isSilent: true }], null, false],
    ['unknown while no usable node says what it carries', [{ id: 'a' }], null, false],
    ['known, and nothing, without nodes', [], null, true],
    ['known, and nothing, when all stopped', [{ id: 'a', state: 'stopped', isSilent: true }], null, true],
    ['known by those that are heard', [{ id: 'a' }, { id: 'b', isSilent: true }], 0.5, true],
  ])('is %s', (_, nodes, utilization, isKnown) => {
    // One that is heard, or the silence would be the link's.
    expect(
      readSignals(
        { ...region, utilization },
        nodesOf(...nodes, { id: 'z' }).filter(({ id }) => id !== 'z'),
      ).isKnown,
    ).toBe(isKnown);
  });
});
