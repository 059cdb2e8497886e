import { describe, expect, it } from '@jest/globals';
import { backOffUntil, followBoots, patienceMs, type BootMemory, type BootSight } from './boots.js';

const memory = (overrides: Partial<BootMemory> = {}): BootMemory => ({
  booting: [],
  bootSeconds: null,
  failedBoots: 0,
  lastFailureAtMs: null,
  lastGrowthAtMs: 0,
  ...overrides,
});

const sight = (overrides: Partial<BootSight> = {}): BootSight => ({
  now: 10_000,
  instanceIds: new Set(),
  servedAt: new Map(),
  cameUp: new Set(),
  knownIds: new Set(),
  awaited: 0,
  ...overrides,
});

const ids = (...list: string[]) => new Set(list);
const booting = (instanceId: string, sinceMs = 0) => ({ instanceId, sinceMs });

describe('Patience with a boot', () => {
  it('is ten minutes before one was measured, then three boots, and a minute at least', () => {
    expect([null, 5, 100].map(patienceMs)).toEqual([600_000, 60_000, 300_000]);
  });
});

describe('Boots', () => {
  it('begin with the order, for an instance that was not there before', () => {
    const { memory: after, awaited } = followBoots(memory({ lastGrowthAtMs: 4000 }), {
      ...sight({ instanceIds: ids('old', 'new'), knownIds: ids('old'), awaited: 1 }),
    });
    expect(after.booting).toEqual([booting('new', 4000)]);
    expect(awaited).toBe(0);
  });

  it('begin when the instance comes, when nothing was ordered lately', () => {
    const { memory: after } = followBoots(
      memory({ lastGrowthAtMs: null }),
      sight({ instanceIds: ids('new') }),
    );
    expect(after.booting).toEqual([booting('new', 10_000)]);
  });

  it('end with the first heartbeat since then that serves: that is a boot time, and failures are forgotten', () => {
    const before = memory({ booting: [booting('a'), booting('b', 5000)], failedBoots: 2 });
    const { memory: after } = followBoots(before, {
      ...sight({ instanceIds: ids('a', 'b'), knownIds: ids('a', 'b') }),
      servedAt: new Map([
        ['a', 9000],
        ['b', 4999],
      ]),
    });
    expect(after).toMatchObject({ booting: [booting('b', 5000)], bootSeconds: 10, failedBoots: 0 });
  });

  it('are a mean in which the newest counts 30 %', () => {
    const before = memory({ booting: [booting('a')], bootSeconds: 20 });
    const served = { instanceIds: ids('a'), knownIds: ids('a'), servedAt: new Map([['a', 9000]]) };
    expect(followBoots(before, sight(served)).memory.bootSeconds).toBe(17);
  });

  it('have failed when the instance is gone before it served', () => {
    const { memory: after } = followBoots(memory({ booting: [booting('a')], failedBoots: 1 }), sight());
    expect(after).toMatchObject({ booting: [], failedBoots: 2, lastFailureAtMs: 10_000 });
  });

  it('that are gone when somebody looks for the first time are forgotten', () => {
    const { memory: after } = followBoots(
      memory({ booting: [booting('a')] }),
      sight({ knownIds: undefined }),
    );
    expect(after).toMatchObject({ booting: [], failedBoots: 0, lastFailureAtMs: null });
  });

  it('are to be ended once patience is over, and not before', () => {
    const before = memory({ booting: [booting('a')], bootSeconds: 30 });
    const seen = { instanceIds: ids('a'), knownIds: ids('a') };
    expect(followBoots(before, sight({ ...seen, now: 90_000 })).neverServed).toEqual([]);
    expect(followBoots(before, sight({ ...seen, now: 90_001 })).neverServed).toEqual(['a']);
  });

  it('that were ordered and never came have failed, once', () => {
    const overdue = followBoots(memory(), sight({ now: 600_001, awaited: 3 }));
    expect(overdue).toMatchObject({ awaited: 0, memory: { failedBoots: 1 } });
    expect(followBoots(memory(), sight({ now: 600_000, awaited: 3 }))).toMatchObject({
      awaited: 3,
      memory: { failedBoots: 0 },
    });
  });

  it('are assumed by somebody who looks for the first time, of unheard instances shortly after an order only', () => {
    const first = { instanceIds: ids('a', 'b'), cameUp: ids('b'), knownIds: undefined };
    expect(followBoots(memory(), sight(first)).memory.booting).toEqual([booting('a')]);
    expect(followBoots(memory({ lastGrowthAtMs: null }), sight(first)).memory.booting).toEqual([]);
    expect(followBoots(memory(), sight({ ...first, now: 600_001 })).memory.booting).toEqual([]);
  });

  it('are gone on with by a successor', () => {
    const first = { instanceIds: ids('a'), knownIds: undefined, now: 700_000 };
    const { memory: after, neverServed } = followBoots(
      memory({ booting: [booting('a', 50_000)] }),
      sight(first),
    );
    expect(after.booting).toEqual([booting('a', 50_000)]);
    expect(neverServed).toEqual(['a']);
  });
});

describe('The wait after boots that failed', () => {
  it.each([
    [0, 0],
    [2, 0],
    [3, 60_000],
    [4, 120_000],
    [5, 240_000],
    [9, 3_600_000],
    [1000, 3_600_000],
  ])('is, after %d in a row, %d ms', (failedBoots, waitMs) => {
    const until = backOffUntil(memory({ failedBoots, lastFailureAtMs: 5000, bootSeconds: 10 }));
    expect(until).toBe(waitMs === 0 ? 0 : 5000 + waitMs);
  });
});
