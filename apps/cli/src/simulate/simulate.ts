import type { StrategyName } from '@spillway/contracts';
import { Engine } from './engine/engine.js';
import { SimProvider } from './engine/sim-provider.js';
import { SimAutoscaler } from './engine/sim-autoscaler.js';
import type { Scenario, Script } from './engine/scenario.js';
import { DecisionHash } from './metrics/decision-hash.js';
import { FlapMetrics } from './metrics/flaps.js';
import { LoadMetrics } from './metrics/load-metrics.js';
import { NodeHours } from './metrics/node-hours.js';
import { PlacementMetrics } from './metrics/placement-metrics.js';
import { SteeringMetrics } from './metrics/steering-metrics.js';
import { Timeline } from './metrics/timeline.js';
import { policyOf } from './policy-of.js';
import { Demand } from './world/demand.js';
import { homeKbps, planFleet, type FleetSize } from './world/fleet-plan.js';
import { randomFrom } from './world/random.js';
import { DAY_START, type World } from './world/world.js';

/** Everything that makes one run different from another. */
export interface RunOptions {
  readonly strategy: StrategyName;
  readonly fleet: FleetSize;
  readonly routers: number;
  /** Seconds between a node's heartbeats. */
  readonly heartbeatSeconds: number;
  readonly seed: number;
  /** Hours of the day that count, and the hour (UTC) they begin at; as the scenario has it unless given. */
  readonly hours: number | undefined;
  readonly startHour: number | undefined;
  readonly arrivalsPerDay: number;
  readonly unusedShare: number;
  /** Members of the policy to try others of. */
  readonly policy: Readonly<Record<string, unknown>>;
}

export const DEFAULT_RUN: RunOptions = {
  strategy: 'priced',
  fleet: 'medium',
  routers: 4,
  heartbeatSeconds: 5,
  seed: 1,
  hours: undefined,
  startHour: undefined,
  arrivalsPerDay: 6_000_000,
  unusedShare: 0,
  policy: {},
};

/** Called now and then with the share that is done, 0–1. */
export type OnProgress = (share: number) => void;

const HOUR_MS = 3_600_000;
const TIMELINE_STEP_MS = 60_000;
const PROGRESS_STEP_MS = 5 * 60_000;

export type Outcome = ReturnType<typeof simulate>;

/** Runs one strategy through one scenario. */
export function simulate(world: World, scenario: Scenario, options: RunOptions, onProgress?: OnProgress) {
  const hours = options.hours ?? scenario.window.hours;
  const from = DAY_START + (options.startHour ?? scenario.window.startHour) * HOUR_MS;
  const to = from + hours * HOUR_MS;
  const { seed, routers, unusedShare } = options;
  const usual = new Demand(world.cells, options.arrivalsPerDay);
  const planned = planFleet(world, usual, options.fleet, seed);
  const nodes = scenario.fleet?.(planned, world, homeKbps(world, usual, from)) ?? planned;
  const stage = { world, nodes, routers, intervalMs: options.heartbeatSeconds * 1000, from, to, seed };
  const script = scenario.script(stage);
  const demand = new Demand(world.cells, options.arrivalsPerDay, script.surges);
  let provider: SimProvider | undefined;
  const metrics = {
    load: new LoadMetrics(world.regions.length),
    placements: new PlacementMetrics(world),
    flaps: new FlapMetrics(world.regions.length),
    steering: new SteeringMetrics(world.regions.length, mostConcerned(world, script.surges)),
    hash: new DecisionHash(),
    nodeHours: new NodeHours((relays) => provider?.count ?? relays.aliveCount),
    timeline: new Timeline(world.regions.length, from, to, TIMELINE_STEP_MS),
  };
  const observers = Object.values(metrics);
  const engine = new Engine({
    ...stage,
    policy: policyOf(world, options),
    demand,
    script,
    unusedShare,
    observers,
  });
  if (scenario.isAutoscaled) {
    const ids = world.regions.map(({ id }) => id);
    provider = new SimProvider(ids, engine, randomFrom(seed, 0xb007));
    for (const node of engine.firstNodes) provider.adopt(node);
  }
  engine.participants.push(new SimAutoscaler(provider));
  for (let until = from; until < to; until += PROGRESS_STEP_MS) {
    engine.runUntil(until);
    onProgress?.((until - from) / (to - from));
  }
  engine.runUntil(to);
  return { metrics, engine, demand, nodes, from, to };
}

/** The region where most people live who call more than usual, if anybody does. */
function mostConcerned({ regions, cells, home }: World, surges: Script['surges'] = []): number | undefined {
  const people = regions.map(() => 0);
  for (const [c, cell] of cells.entries()) {
    const region = home[c] ?? 0;
    const isConcerned = surges.some((surge) => surge.isConcerned(cell, c));
    if (isConcerned) people[region] = (people[region] ?? 0) + cell.population;
  }
  return surges.length > 0 ? people.indexOf(Math.max(...people)) : undefined;
}
