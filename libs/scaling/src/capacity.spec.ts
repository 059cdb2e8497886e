import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit/builders';
import { planCapacity } from './capacity.js';
import { takeCensus } from './census.js';
import { freshControl } from './region-memory.js';
import { nodesOf, type NodeOptions } from './region.harness.js';
import type { RegionView } from './region-view.js';

const NOW = 2_000_000;
const OWN_DRAIN = { command: 'drain', origin: 'autoscaler' } as const;

interface Options extends Partial<Omit<RegionView, 'need' | 'census' | 'control' | 'scaling'>> {
  readonly nodes?: readonly NodeOptions[];
  /** Of the nodes and beyond them, what the provider has; all of them unless given. */
  readonly instances?: readonly string[];
  readonly booting?: readonly string[];
  readonly needed?: number | null;
  readonly control?: Partial<RegionView['control']>;
  readonly scaling?: Partial<RegionView['scaling']>;
}

const serving = (count: number, more: Partial<NodeOptions> = {}): NodeOptions[] =>
  Array.from({ length: count }, (_, i) => ({ id: `i${i}`, allocations: i, ...more }));

/** A region of three nodes with nothing to do, unless told otherwise. */
function aView(options: Options = {}): RegionView {
  const { nodes = serving(3), instances = nodes.map(({ id }) => id), booting = [], needed = 3 } = options;
  const policy = aPolicy();
  const scaling = policy.regions['us-east-1']?.scaling;
  if (!scaling) throw new Error('no scaling');
  return {
    now: NOW,
    min: 1,
    max: 10,
    carriedNodes: 2.1,
    nodeCapacity: { kbps: 1_000_000, allocations: 5000 },
    shrinkBound: 0.68,
    isFree: true,
    isPricePersistent: false,
    hasPlanJustFailed: false,
    isUnheard: false,
    neverServed: [],
    changesLeft: 60,
    changesLeftToShrink: 45,
    ...options,
    scaling: { ...scaling, stabilizationUpSeconds: 10, coolDownSeconds: 60, ...options.scaling },
    control: {
      ...freshControl(policy.reservation, 7, NOW),
      booting: booting.map((instanceId) => ({ instanceId, sinceMs: NOW })),
      ...options.control,
    },
    need: needed === null ? null : { nodes: needed, forecast: needed * 0.6, margin: 0 },
    census: takeCensus({
      nodes: nodesOf(...nodes),
      inventory: {
        instances: [...instances, ...booting].map((instanceId) => ({ instanceId, phase: 'running' })),
      },
      booting: new Set(booting),
      awaited: 0,
      isLongInView: true,
    }),
  };
}

function planFor(options: Options) {
  const { plan, ...timers } = planCapacity(aView(options));
  const { current, desired, drain, undrain, terminate, reasons } = plan;
  const told = reasons.map(({ step, isTaken, code }) => `${isTaken ? '' : 'no '}${step}: ${code}`);
  return { ...timers, current, desired, drain, undrain, terminate, told };
}

const LONG_SHORT = { shortSinceMs: NOW - 10_000 };

describe('A region grows', () => {
  it('not while there is enough', () => {
    expect(planFor({})).toMatchObject({ hasSteps: false, current: 3, desired: 3, shortSinceMs: null });
    expect(planFor({}).told).toContain('no grow: enough');
  });

  it('once a need has lasted for the stabilization window', () => {
    expect(planFor({ needed: 5 })).toMatchObject({ hasSteps: false, desired: 3, shortSinceMs: NOW });
    expect(planFor({ needed: 5 }).told).toContain('no grow: stabilizing');
    const early = { shortSinceMs: NOW - 9_999 };
    expect(planFor({ needed: 5, control: early }).desired).toBe(3);
    expect(planFor({ needed: 5, control: LONG_SHORT })).toMatchObject({ desired: 5, hasSteps: true });
    expect(planFor({ needed: 5, control: LONG_SHORT }).told).toEqual(['grow: need', 'no drain: growing']);
  });

  it('at once to its least', () => {
    expect(planFor({ min: 4 })).toMatchObject({ desired: 4, told: ['grow: below-min', 'no drain: growing'] });
  });

  it('not to its least while nobody may have been heard yet', () => {
    const plan = planFor({ nodes: [], isUnheard: true, needed: 0 });
    expect(plan).toMatchObject({ desired: 0, hasSteps: false });
    expect(plan.told).toContain('no grow: unheard');
    expect(planFor({ nodes: [], needed: 0 })).toMatchObject({ desired: 1, hasSteps: true });
  });

  it('not to its least for a node that is silent or sick: nobody knows, or knows for how long', () => {
    const nodes = [
      ...serving(2),
      { id: 'silent', isSilent: true },
      { id: 'sick', state: 'starting' } as const,
    ];
    expect(planFor({ nodes, min: 4, needed: 2 })).toMatchObject({ desired: 4, current: 4, hasSteps: false });
    expect(planFor({ nodes, min: 5, needed: 2 }).desired).toBe(5);
  });

  it('for a need that the silent and the sick cannot be relied on for', () => {
    const nodes = [...serving(2), { id: 'silent', isSilent: true }];
    expect(planFor({ nodes, control: LONG_SHORT })).toMatchObject({ current: 3, desired: 4 });
  });

  it('not for what is booting already', () => {
    expect(planFor({ needed: 4, booting: ['new'], control: LONG_SHORT })).toMatchObject({
      current: 4,
      desired: 4,
    });
  });

  it('by one when overload and price persist though nothing boots', () => {
    const persisting = { isPricePersistent: true, control: LONG_SHORT };
    expect(planFor(persisting)).toMatchObject({ desired: 4 });
    expect(planFor(persisting).told).toContain('grow: price-persists');
    expect(planFor({ ...persisting, booting: ['new'] }).desired).toBe(4);
  });

  it('by taking its own drains back first, the fullest node first, and never an operator’s', () => {
    const nodes: NodeOptions[] = [
      ...serving(2),
      { id: 'd1', state: 'draining', order: OWN_DRAIN, allocations: 5 },
      { id: 'd2', state: 'draining', order: OWN_DRAIN, allocations: 50 },
      { id: 'op', state: 'draining', order: { command: 'drain', origin: 'operator' } },
    ];
    expect(planFor({ nodes, control: LONG_SHORT })).toMatchObject({
      undrain: ['d2'],
      current: 5,
      desired: 5,
    });
    expect(planFor({ nodes, needed: 5, control: LONG_SHORT })).toMatchObject({
      undrain: ['d2', 'd1'],
      desired: 6,
    });
  });

  it('takes drains back even while nothing may be added', () => {
    const nodes: NodeOptions[] = [...serving(2), { id: 'd', state: 'draining', order: OWN_DRAIN }];
    const control = { ...LONG_SHORT, lastGrowthAtMs: NOW - 1 };
    expect(planFor({ nodes, needed: 4, control, changesLeft: 0 })).toMatchObject({
      undrain: ['d'],
      desired: 3,
    });
  });

  it.each<[string, Options, number, string]>([
    ['its most, static and draining nodes counted', { max: 4 }, 4, 'no grow: at-max'],
    ['what one plan may add', { scaling: { stepUp: 2 } }, 5, 'no grow: step-limit'],
    ['what is left of the fleet’s changes', { changesLeft: 1 }, 4, 'no grow: change-limit'],
    [
      'nothing while it cools down',
      { control: { ...LONG_SHORT, lastGrowthAtMs: NOW - 59_999 } },
      3,
      'no grow: cooling-down',
    ],
    ['nothing just after a plan failed', { hasPlanJustFailed: true }, 3, 'no grow: plan-failed'],
    [
      'nothing while boots keep failing',
      { control: { ...LONG_SHORT, failedBoots: 3, lastFailureAtMs: NOW - 1, bootSeconds: 20 } },
      3,
      'no grow: boots-fail',
    ],
  ])('by no more than %s', (_, options, desired, told) => {
    const plan = planFor({ needed: 9, control: LONG_SHORT, ...options });
    expect(plan.desired).toBe(desired);
    expect(plan.told).toContain(told);
  });

  it('never beyond its most, even when it has more already', () => {
    expect(planFor({ max: 2, needed: 9, control: LONG_SHORT })).toMatchObject({ desired: 3, drain: [] });
  });

  it('not for a load that is unknown', () => {
    expect(planFor({ needed: null, control: LONG_SHORT })).toMatchObject({ desired: 3, shortSinceMs: null });
    expect(planFor({ needed: null }).told).toEqual(['no grow: unknown-load', 'no drain: unknown-load']);
  });
});

const LONG_SPARE = { spareSinceMs: NOW - 600_000 };

/** Two nodes carry it. */
const spare = (options: Options = {}): Options => ({
  needed: 2,
  carriedNodes: 1.2,
  ...options,
  control: { ...LONG_SPARE, ...options.control },
});

describe('A region shrinks', () => {
  it('by the node with the least remaining work, once it could for the whole window', () => {
    expect(planFor(spare({ control: { spareSinceMs: null } }))).toMatchObject({
      drain: [],
      spareSinceMs: NOW,
    });
    expect(planFor(spare({ control: { spareSinceMs: NOW - 599_999 } })).told).toContain(
      'no drain: stabilizing',
    );
    expect(planFor(spare())).toMatchObject({ drain: ['i0'], current: 3, desired: 3 });
    expect(planFor(spare()).told).toEqual(['no grow: enough', 'drain: spare']);
  });

  it('by no more than a plan may drain, and than the others can carry', () => {
    const five = { nodes: serving(5), carriedNodes: 1.5 };
    expect(planFor(spare({ ...five, scaling: { stepDown: 2 } })).drain).toEqual(['i0', 'i1']);
    expect(planFor(spare({ ...five, scaling: { stepDown: 5 } })).drain).toEqual(['i0', 'i1']);
  });

  it('only if the others carry what is there now, whoever it belongs to', () => {
    expect(planFor(spare({ carriedNodes: 1.361 })).told).toContain('no drain: no-spare');
    expect(planFor(spare({ carriedNodes: 1.36 })).drain).toEqual(['i0']);
  });

  it('only if the others carry what the nodes say one by one: one that claims too much hides what they carry', () => {
    const honest = serving(9, { bps: 0.7e9 });
    const nodes = [...honest, { id: 'liar', allocations: 99, bps: 1e9, capacityBps: 100e9 }];
    const nodeCapacity = { kbps: 10_900_000, allocations: null };
    const plan = planFor(spare({ nodes, nodeCapacity, needed: 2, carriedNodes: 0.7 }));
    expect(plan.told).toContain('no drain: no-spare');
  });

  it('less readily by a large node: that is more to lose', () => {
    const nodes = [{ id: 'large', allocations: 0, capacityBps: 2e9 }, ...serving(3).slice(1)];
    const nodeCapacity = { kbps: 4_000_000 / 3, allocations: null };
    expect(planFor(spare({ nodes, nodeCapacity, carriedNodes: 1.2 })).told).toContain('no drain: no-spare');
    expect(planFor(spare({ nodes, nodeCapacity, needed: 1, carriedNodes: 1 })).drain).toEqual(['large']);
  });

  it.each<[string, Options, string]>([
    ['something boots', { booting: ['new'] }, 'booting'],
    ['its load is unknown', { carriedNodes: null }, 'unknown-load'],
    ['a node of it is silent', { nodes: [...serving(3), { id: 's', isSilent: true }] }, 'silent-nodes'],
    ['it has a price', { isFree: false }, 'priced'],
    ['it has no more than its least', { min: 3 }, 'at-min'],
    ['the provider could end none of its nodes', { instances: [] }, 'no-instance'],
  ])('not while %s, and the window begins anew', (_, options, code) => {
    const plan = planFor(spare(options));
    expect(plan).toMatchObject({ drain: [], spareSinceMs: null });
    expect(plan.told).toContain(`no drain: ${code}`);
  });

  it.each<[string, Options, string]>([
    ['it grew', { control: { lastGrowthAtMs: NOW - 59_999 } }, 'cooling-down'],
    ['it shrank', { control: { lastShrinkAtMs: NOW - 59_999 } }, 'cooling-down'],
    ['a plan failed', { hasPlanJustFailed: true }, 'plan-failed'],
    ['the fleet changed enough', { changesLeftToShrink: 0 }, 'change-limit'],
  ])('not shortly after %s, though the window goes on', (_, options, code) => {
    const plan = planFor(spare(options));
    expect(plan).toMatchObject({ drain: [], spareSinceMs: NOW - 600_000 });
    expect(plan.told).toContain(`no drain: ${code}`);
  });
});

describe('An instance is ended', () => {
  const drained: NodeOptions = { id: 'd', state: 'stopped', order: OWN_DRAIN, hasObeyed: true };

  it('when its node says that the autoscaler’s own drain is over', () => {
    const plan = planFor({ nodes: [...serving(3), drained] });
    expect(plan).toMatchObject({ terminate: ['d'], current: 4, desired: 3 });
    expect(plan.told).toContain('terminate: drained');
  });

  const undrained = { command: 'undrain', origin: 'autoscaler' } as const;

  it.each<[string, Partial<NodeOptions>]>([
    ['the order is not on the log any more', {}],
    ['it did not hear that it was to stop', { order: undrained, orderAgeMs: 30_001 }],
  ])('also when %s: the node says whose drain it obeys', (_, overrides) => {
    const node: NodeOptions = { id: 'd', state: 'stopped', obeys: 'plan-3-1795000000', ...overrides };
    expect(planFor({ nodes: [node, ...serving(3)] }).terminate).toEqual(['d']);
  });

  it.each<[string, Partial<NodeOptions>, string]>([
    [
      'an operator drained it since',
      { order: { command: 'drain', origin: 'operator' }, obeys: 'plan-3-1' },
      'drained-by-operator',
    ],
    [
      'an operator’s drain has left the log',
      { order: undefined, obeys: 'operator-1' },
      'drained-by-operator',
    ],
    ['it may hear yet that it is to stop', { order: undrained, obeys: 'plan-3-1' }, 'drained-by-operator'],
    ['an operator drained it', { order: { command: 'drain', origin: 'operator' } }, 'drained-by-operator'],
    ['it stopped for another reason', { hasObeyed: false }, 'drained-by-operator'],
    ['it is only sick', { state: 'starting', order: OWN_DRAIN, hasObeyed: false }, 'sick'],
  ])('not when %s: that is reported', (_, overrides, code) => {
    const nodes = [...serving(3), { ...drained, ...overrides }];
    const plan = planFor({ nodes });
    expect(plan.terminate).toEqual([]);
    if (code !== 'sick') expect(plan.told).toContain(`no terminate: ${code}`);
  });

  it('when it never served, and not when nobody speaks for it', () => {
    const plan = planFor({ instances: ['i0', 'i1', 'i2', 'gone'], booting: ['dud'], neverServed: ['dud'] });
    expect(plan).toMatchObject({ terminate: ['dud'], current: 5, desired: 4 });
    expect(plan.told).toEqual(expect.arrayContaining(['terminate: never-served', 'no terminate: missing']));
  });

  it('not just after a plan failed, and then not in the plan that adds: that must not fail for it', () => {
    const nodes = [...serving(3), drained];
    const held = planFor({ nodes, hasPlanJustFailed: true });
    expect(held).toMatchObject({ terminate: [], hasSteps: false });
    expect(held.told).toContain('no terminate: plan-failed');
    expect(planFor({ nodes, min: 4, control: { failedPlans: 1 } })).toMatchObject({
      desired: 5,
      terminate: [],
    });
    expect(planFor({ nodes, control: { failedPlans: 1 } }).terminate).toEqual(['d']);
  });

  it('with what is left of the fleet’s changes', () => {
    const plan = planFor({ nodes: [...serving(3), drained], changesLeftToShrink: 0 });
    expect(plan.terminate).toEqual([]);
    expect(plan.told).toContain('no terminate: change-limit');
  });
});

describe('A plan', () => {
  it('follows the region’s last one under the lease it is made under', () => {
    const { plan } = planCapacity(aView({ min: 4 }));
    expect(plan).toMatchObject({ revision: 1, parentRevision: null, generation: 7 });
    const next = planCapacity(aView({ min: 4, control: { revision: 41 } }));
    expect(next.plan).toMatchObject({ revision: 42, parentRevision: 41 });
  });

  it('without a step is no revision', () => {
    expect(planCapacity(aView({ control: { revision: 41 } })).plan.revision).toBe(41);
  });
});
