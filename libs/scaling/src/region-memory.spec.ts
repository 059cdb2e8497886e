import { describe, expect, it } from '@jest/globals';
import type { RegionControl, Scale } from '@spillway/contracts';
import { aPolicy } from '@spillway/testkit/builders';
import { freshControl, RegionMemory, StalePlanError } from './region-memory.js';
import { nodesOf } from './region.harness.js';

const NOW = 5_000_000;

const aControl = (overrides: Partial<RegionControl> = {}): RegionControl => ({
  ...freshControl(aPolicy().reservation, 2, NOW),
  shortSinceMs: 1,
  spareSinceMs: 1,
  ...overrides,
});

const aPlan = (overrides: Partial<Scale> = {}): Scale => ({
  at: '2026-11-22T10:00:00Z',
  revision: 1,
  parentRevision: null,
  generation: 2,
  current: 3,
  desired: 3,
  drain: [],
  undrain: [],
  terminate: [],
  reasons: [],
  outcome: 'planned',
  error: null,
  ...overrides,
});

const inventory = (...ids: string[]) => ({
  instances: ids.map((instanceId) => ({ instanceId, phase: 'running' as const })),
});

describe('A plan that is committed', () => {
  it('is the region’s last one, and begins all windows anew', () => {
    const plan = aPlan();
    const control = new RegionMemory(aControl()).settle('r', plan);
    expect(control).toMatchObject({ revision: 1, plan, shortSinceMs: null, spareSinceMs: null });
    expect(control).toMatchObject({ lastGrowthAtMs: null, lastShrinkAtMs: null, changesAtMs: [] });
  });

  it('counts what it adds, drains and ends, and not what it takes back', () => {
    const plan = aPlan({ desired: 4, terminate: ['x'], drain: ['a', 'b'], undrain: ['c'] });
    const control = new RegionMemory(aControl()).settle('r', plan);
    expect(control.changesAtMs).toEqual([NOW, NOW, NOW, NOW, NOW]);
    expect(control).toMatchObject({ lastGrowthAtMs: NOW, lastShrinkAtMs: NOW });
  });

  it('forgets changes of more than an hour ago', () => {
    const control = aControl({ changesAtMs: [NOW - 3_600_000, NOW - 3_599_999] });
    expect(new RegionMemory(control).settle('r', aPlan({ drain: ['a'] })).changesAtMs).toEqual([
      NOW - 3_599_999,
      NOW,
    ]);
  });

  it('orders what was not ordered before: what is awaited is not counted twice', () => {
    const memory = new RegionMemory(aControl());
    memory.awaited = 2;
    expect(memory.settle('r', aPlan({ desired: 6 })).changesAtMs).toHaveLength(1);
    expect(memory.awaited).toBe(3);
  });

  it('may be settled again under what became of it, which counts nothing twice', () => {
    const memory = new RegionMemory(aControl());
    const plan = aPlan({ drain: ['a'] });
    memory.settle('r', plan);
    memory.settle('r', { ...plan, outcome: 'executing' });
    const done = memory.settle('r', { ...plan, outcome: 'done', generation: 3 });
    expect(done).toMatchObject({ revision: 1, plan: { outcome: 'done', generation: 3 }, changesAtMs: [NOW] });
  });

  it('gives back what it was to add and to end when it fails, and keeps its drains: those were ordered', () => {
    const memory = new RegionMemory(aControl({ changesAtMs: [NOW - 1] }));
    const plan = aPlan({ desired: 6, terminate: ['x'], drain: ['a'] });
    expect(memory.settle('r', plan).changesAtMs).toHaveLength(7);
    const failed = memory.settle('r', { ...plan, outcome: 'failed' });
    expect(failed).toMatchObject({ changesAtMs: [NOW - 1, NOW], failedPlans: 1, lastPlanFailureAtMs: NOW });
    expect(memory.settle('r', { ...plan, outcome: 'failed' })).toEqual(failed);
  });

  it('counts failures in a row', () => {
    const memory = new RegionMemory(aControl());
    const outcomes = ['failed', 'failed', 'done', 'failed'] as const;
    const counts = outcomes.map((outcome, parentRevision) => {
      const plan = aPlan({ revision: parentRevision + 1, parentRevision, desired: 4 });
      memory.settle('r', plan);
      return memory.settle('r', { ...plan, outcome }).failedPlans;
    });
    expect(counts).toEqual([1, 2, 0, 1]);
  });

  it('says nothing of failures when it only takes drains back', () => {
    const memory = new RegionMemory(aControl({ failedPlans: 3 }));
    expect(memory.settle('r', aPlan({ undrain: ['a'], outcome: 'done' })).failedPlans).toBe(3);
  });

  it.each([
    ['follows another one', aPlan({ revision: 6, parentRevision: 4 })],
    ['skips one', aPlan({ revision: 7, parentRevision: 6 })],
    ['is older', aPlan({ revision: 4, parentRevision: 3 })],
  ])('is refused when it %s', (_, plan) => {
    const memory = new RegionMemory(aControl({ revision: 5 }));
    expect(() => memory.settle('r', plan)).toThrow(StalePlanError);
    expect(memory.control.revision).toBe(5);
  });
});

describe('Instances that were ended', () => {
  it('are taken to be ending once that is done, for a minute, whatever the provider still lists', () => {
    const memory = new RegionMemory(aControl());
    const plan = aPlan({ terminate: ['a'] });
    memory.settle('r', plan);
    expect(memory.inventory(NOW, inventory('a'))).toEqual(inventory('a'));
    memory.settle('r', { ...plan, outcome: 'done' });
    expect(memory.inventory(NOW + 60_000, inventory('a', 'b')).instances).toEqual([
      { instanceId: 'a', phase: 'ending' },
      { instanceId: 'b', phase: 'running' },
    ]);
    expect(memory.inventory(NOW + 60_001, inventory('a'))).toEqual(inventory('a'));
  });

  it('are not when their id comes again after it was gone', () => {
    const plan = aPlan({ terminate: ['a'], outcome: 'done' });
    const memory = new RegionMemory(aControl({ revision: 1, plan, lastShrinkAtMs: NOW }));
    expect(memory.inventory(NOW + 1, inventory())).toEqual(inventory());
    expect(memory.inventory(NOW + 2, inventory('a'))).toEqual(inventory('a'));
  });
});

describe('Nodes of instances that the provider had and has no more', () => {
  const nodes = nodesOf({ id: 'i1' }, { id: 'i2' }, { id: 's1' });
  const present = (memory: RegionMemory, ...ids: string[]) =>
    memory.present(nodes, inventory(...ids)).map(({ id }) => id);

  it('do not count, until their id comes again', () => {
    const memory = new RegionMemory(aControl());
    memory.knownIds = new Set(['i1', 'i2']);
    expect(present(memory, 'i1')).toEqual(['i1', 's1']);
    memory.knownIds = new Set(['i1']);
    expect(present(memory, 'i1')).toEqual(['i1', 's1']);
    expect(memory.present(nodes, undefined).map(({ id }) => id)).toEqual(['i1', 's1']);
    expect(present(memory, 'i1', 'i2')).toEqual(['i1', 'i2', 's1']);
  });

  it('are not those of static nodes, nor of an inventory that is unknown', () => {
    const memory = new RegionMemory(aControl());
    expect(present(memory)).toEqual(['i1', 'i2', 's1']);
    memory.knownIds = new Set(['i1', 'i2']);
    expect(memory.present(nodes, undefined)).toHaveLength(3);
  });
});
