import { describe, expect, it } from '@jest/globals';
import { regionControlSchema, scaleSchema, spilloverSchema, type Scale } from '@spillway/contracts';
import * as fc from 'fast-check';
import { ControlLoop } from './control-loop.js';
import { MAX_INTEGRAL_MS } from './price.js';
import { aToyPolicy, ToyWorld } from './toy-world.harness.js';

const US = 'us-east-1';
const EU = 'eu-central-1';
const REGIONS = [US, EU];
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 8);

const nodes = fc.integer({ min: 0, max: 6 });
const load = fc.double({ min: 0, max: 6, noNaN: true });

const settings = fc.record({
  min: fc.integer({ min: 0, max: 3 }),
  max: fc.integer({ min: 3, max: 8 }),
  target: fc.double({ min: 0.3, max: 0.8, noNaN: true }),
  stepUp: fc.integer({ min: 1, max: 4 }),
  stepDown: fc.integer({ min: 1, max: 2 }),
  stabilizationUpSeconds: fc.constantFrom(0, 10),
  stabilizationDownSeconds: fc.constantFrom(30, 120),
  coolDownSeconds: fc.constantFrom(0, 30),
});

/** What goes wrong in one minute of the world. */
const trouble = fc.record({
  demand: fc.tuple(load, load),
  muted: fc.constantFrom<('nobody' | 'us' | 'everybody' | 'one')[]>(
    'nobody',
    'nobody',
    'nobody',
    'us',
    'everybody',
    'one',
  ),
  isLinkUp: fc.constantFrom(true, true, true, false),
  isInventoryKnown: fc.constantFrom(true, true, true, false),
  isRestart: fc.constantFrom(false, false, false, true),
  operatorDrains: fc.constantFrom(false, false, false, false, true),
});

const history = fc.record({
  scaling: fc.tuple(settings, settings),
  start: fc.tuple(nodes, nodes),
  statics: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
  bootSeconds: fc.integer({ min: 1, max: 90 }),
  failEvery: fc.constantFrom(0, 0, 3, 1),
  maxChangesPerHour: fc.integer({ min: 3, max: 60 }),
  minutes: fc.array(trouble, { minLength: 3, maxLength: 12 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function worldOf({
  scaling,
  start,
  statics,
  bootSeconds,
  failEvery,
  maxChangesPerHour,
  minutes,
}: History): ToyWorld {
  const [us, eu] = scaling;
  return new ToyWorld({
    policy: aToyPolicy({ [US]: us, [EU]: eu }, { scaling: { maxChangesPerHour } }),
    nodes: { [US]: Math.min(start[0], us.max), [EU]: Math.min(start[1], eu.max) },
    staticNodes: { [US]: statics[0], [EU]: statics[1] },
    bootSeconds,
    failsToBoot: (ordered) => failEvery > 0 && ordered % failEvery === 0,
    demand: (region, second) => {
      const minute = minutes[Math.min(minutes.length - 1, Math.floor(second / 60))];
      return minute?.demand[region === US ? 0 : 1] ?? 0;
    },
  });
}

interface Watch {
  readonly each?: (world: ToyWorld) => void;
  /** Before a plan is carried out. */
  readonly onPlan?: (world: ToyWorld, region: string, plan: Scale) => void;
}

function live(history: History, { each, onPlan }: Watch = {}): ToyWorld {
  const world = worldOf(history);
  if (onPlan) world.onPlan = (region, plan) => onPlan(world, region, plan);
  for (const minute of history.minutes) {
    const [first] = world.nodes.keys();
    world.isMuted = ({ region, id }) =>
      minute.muted === 'everybody' ||
      (minute.muted === 'us' && region === US) ||
      (minute.muted === 'one' && id === first);
    if (minute.isLinkUp !== world.isLinkUp) {
      world.isLinkUp = minute.isLinkUp;
      world.fleet.setLink(minute.isLinkUp ? 'up' : 'down', world.now);
    }
    world.isInventoryKnown = () => minute.isInventoryKnown;
    if (minute.isRestart) world.restart();
    if (minute.operatorDrains) world.operatorDrain(US);
    world.run(60, each);
  }
  return world;
}

const forAnyHistory = (check: (history: History) => void) =>
  fc.assert(fc.property(history, check), { numRuns: RUNS });

/** Instances the plan adds. */
const added = ({ desired, current, terminate }: Scale) => Math.max(0, desired - (current - terminate.length));

/** Nodes that the fleet has heard of and that are there. */
const heardIn = (world: ToyWorld, region: string) =>
  world.fleet.nodesIn(region).filter(({ id }) => world.nodes.has(id));

/** One that said it stopped is expected to be silent. */
const heardUnstopped = (world: ToyWorld, region: string) =>
  heardIn(world, region).filter(({ heartbeat }) => heartbeat.state !== 'stopped');

describe('The control loop, whatever happens', () => {
  it('never wants more nodes than the most, counting what drains, boots and stands idle', () => {
    forAnyHistory((history) => {
      live(history, {
        onPlan: (world, region, plan) => {
          if (added(plan) === 0) return;
          const statics = [...world.nodes.values()].filter(
            (node) => node.region === region && node.id.startsWith('s'),
          );
          const most = history.scaling[REGIONS.indexOf(region)]?.max;
          expect(plan.desired + statics.length).toBeLessThanOrEqual(most ?? 0);
        },
      });
    });
  });

  it('takes no step in what is unknown: a lost link, a silent bus, a silent region, a provider that does not say', () => {
    forAnyHistory((history) => {
      live(history, {
        onPlan: (world, region) => {
          expect(world.isLinkUp).toBe(true);
          expect(world.fleet.isBusSuspect).toBe(false);
          expect(world.isInventoryKnown(region)).toBe(true);
          const heard = heardUnstopped(world, region);
          expect(heard.length > 0 && heard.every(({ freshness }) => freshness === 'unknown')).toBe(false);
        },
      });
    });
  });

  it('shrinks only where nobody is silent, nothing boots and a place is free, to no less than the least', () => {
    forAnyHistory((history) => {
      live(history, {
        onPlan: (world, region, plan) => {
          if (plan.drain.length === 0) return;
          const heard = heardUnstopped(world, region);
          expect(heard.every(({ freshness }) => freshness === 'fresh')).toBe(true);
          expect(world.price(region)).toBe(0);
          expect(added(plan) + plan.undrain.length).toBe(0);
          const { min = 0, stepDown = 0 } = history.scaling[REGIONS.indexOf(region)] ?? {};
          expect(plan.drain.length).toBeLessThanOrEqual(stepDown);
          expect(heard.filter(({ isUsable }) => isUsable).length - plan.drain.length).toBeGreaterThanOrEqual(
            min,
          );
        },
      });
    });
  });

  it('drains and ends instances alone, and ends what it drained itself or what never served', () => {
    forAnyHistory((history) => {
      live(history, {
        onPlan: (world, _, plan) => {
          for (const id of plan.drain) expect(id).toMatch(/^i/);
          for (const id of plan.terminate) {
            const node = world.nodes.get(id);
            expect(id).toMatch(/^i/);
            expect(node?.state === 'starting' || node?.commandId?.startsWith('plan-')).toBe(true);
            expect(['starting', 'stopped']).toContain(node?.state);
          }
        },
      });
    });
  });

  it('keeps to the changes an hour that the policy allows, over all regions', () => {
    forAnyHistory((history) => {
      let changes = 0;
      live(history, {
        onPlan: (_, __, plan) => {
          changes += plan.drain.length + plan.terminate.length + added(plan);
          expect(changes).toBeLessThanOrEqual(history.maxChangesPerHour);
        },
      });
    });
  });

  it('numbers its plans without a gap, each after the one before it, whoever leads', () => {
    forAnyHistory((history) => {
      const { plans } = live(history);
      for (const region of REGIONS) {
        const own = plans.filter((each) => each.region === region).map(({ plan }) => plan);
        expect(own.map(({ revision }) => revision)).toEqual(own.map((_, i) => i + 1));
        expect(own.map(({ parentRevision }) => parentRevision)).toEqual(
          own.map((_, i) => (i === 0 ? null : i)),
        );
        for (const [i, { generation }] of own.entries()) {
          expect(generation).toBeGreaterThanOrEqual(own[i - 1]?.generation ?? 0);
        }
      }
    });
  });

  it('boots nothing while one of its own drains could be taken back', () => {
    forAnyHistory((history) => {
      live(history, {
        onPlan: (world, region, plan) => {
          if (added(plan) === 0) return;
          const left = heardIn(world, region).filter(
            ({ id, freshness, heartbeat, command }) =>
              freshness !== 'unknown' &&
              heartbeat.state === 'draining' &&
              command?.event.origin === 'autoscaler' &&
              command.event.command === 'drain' &&
              !plan.undrain.includes(id),
          );
          expect(left).toEqual([]);
        },
      });
    });
  });

  it('has prices within their bounds, and a reason for every step taken', () => {
    forAnyHistory((history) => {
      const world = live(history, {
        onPlan: (_, __, plan) => {
          const takenSteps = new Set(plan.reasons.filter(({ isTaken }) => isTaken).map(({ step }) => step));
          expect(takenSteps.has('grow')).toBe(added(plan) > 0);
          expect(takenSteps.has('drain')).toBe(plan.drain.length > 0);
          expect(takenSteps.has('undrain')).toBe(plan.undrain.length > 0);
          expect(takenSteps.has('terminate')).toBe(plan.terminate.length > 0);
        },
      });
      for (const { control, report } of world.steps) {
        expect(control.integralMs).toBeGreaterThanOrEqual(0);
        expect(control.integralMs).toBeLessThanOrEqual(MAX_INTEGRAL_MS);
        if (report) expect(report.reasons.length).toBeGreaterThan(0);
      }
    });
  });

  it('says what the contract lets be said', () => {
    forAnyHistory((history) => {
      const at = '2026-11-22T10:00:00.000Z';
      for (const { control, spillover, report } of live(history).steps) {
        expect(regionControlSchema.safeParse(control).error).toBeUndefined();
        if (spillover) expect(spilloverSchema.safeParse({ at, ...spillover }).error).toBeUndefined();
        const held = { at, ...report, outcome: 'held' };
        if (report) expect(scaleSchema.safeParse(held).error).toBeUndefined();
      }
    });
  });

  it('concludes the same from the same', () => {
    forAnyHistory((history) => {
      expect(live(history).steps).toEqual(live(history).steps);
    });
  });

  it('goes on after a take-over as it would have without one', () => {
    forAnyHistory((history) => {
      const world = live({
        ...history,
        minutes: history.minutes.map((minute) => ({ ...minute, isRestart: false })),
      });
      const successor = new ControlLoop(world.fleet);
      for (const [region, control] of world.stored) successor.adopt(region, control);
      const input = { generation: 1, inventories: world.inventories(), isLinkUp: world.isLinkUp };
      world.fleet.advance(world.now + 1000);
      const [own, next] = [world.loop, successor].map((loop) => loop.step(world.now + 1000, input));
      for (const [i, { control }] of (own ?? []).entries()) {
        const { loadPerCredential, origins, ...rest } = control;
        expect(next?.[i]?.control).toMatchObject({
          ...rest,
          demand: rest.demand === null ? null : expect.closeTo(rest.demand, 1),
          trail: rest.trail.map(({ atMs }) => ({ atMs })),
        });
        void [loadPerCredential, origins];
      }
    });
  });
});

describe('The control loop, while nothing changes', () => {
  const calm = fc.record({
    scaling: fc.tuple(settings, settings),
    start: fc.tuple(nodes, nodes),
    demand: fc.tuple(load, load),
  });

  it('comes to a size and stays there: it turns at most once', () => {
    fc.assert(
      fc.property(calm, ({ scaling, start, demand }) => {
        const minutes = [
          {
            demand,
            muted: 'nobody',
            isLinkUp: true,
            isInventoryKnown: true,
            isRestart: false,
            operatorDrains: false,
          } as const,
        ];
        const world = worldOf({
          scaling,
          start,
          statics: [0, 0],
          bootSeconds: 20,
          failEvery: 0,
          maxChangesPerHour: 1000,
          minutes,
        });
        world.run(2400);
        const sizes = REGIONS.map((region) => world.count(region));
        const made = world.plans.length;
        world.run(600);
        expect(world.plans.slice(made)).toEqual([]);
        for (const [i, region] of REGIONS.entries()) {
          expect(world.count(region)).toBe(sizes[i]);
          expect(world.count(region, 'serving')).toBeGreaterThanOrEqual(scaling[i]?.min ?? 0);
          expect(world.turns(region)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
