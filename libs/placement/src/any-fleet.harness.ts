import { STRATEGY_NAMES, type StrategyName } from '@spillway/contracts';
import { ALL_TRANSPORTS } from '@spillway/fleet';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import type { PlacementRequest } from './place.js';
import { aWorld, T0 } from './world.harness.js';

export const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'];

const aNode = fc.record({
  region: fc.constantFrom(...REGIONS),
  state: fc.constantFrom('serving', 'serving', 'serving', 'starting', 'draining', 'stopped'),
  zone: fc.constantFrom('a', 'b', null),
  intervalMs: fc.constantFrom(1000, 60_000),
  allocations: fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 5500 }) },
    // Where prices rise and the threshold lies.
    { weight: 4, arbitrary: fc.integer({ min: 3850, max: 4100 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  reservations: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
});

export const aRequest: fc.Arbitrary<PlacementRequest> = fc.record({
  location: fc.option(
    fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      continent: fc.constantFrom('EU' as const, 'NA' as const, 'AS' as const, null),
    }),
    { nil: undefined },
  ),
  require: fc.option(fc.subarray([...REGIONS, 'nowhere'], { minLength: 1 }), { nil: undefined }),
  prefer: fc.option(fc.constantFrom(...REGIONS), { nil: undefined }),
  transports: fc.constantFrom(ALL_TRANSPORTS, 1, 4),
  count: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});

const strategy = fc.constantFrom(...STRATEGY_NAMES);
const integralsMs = fc.array(fc.constantFrom(0, 30, 400), { minLength: 3, maxLength: 3 });

type NodeCase = typeof aNode extends fc.Arbitrary<infer T> ? T : never;

export interface AnyFleet {
  readonly nodes: NodeCase[];
  readonly strategy: StrategyName;
  readonly integralsMs: number[];
}

const POLICIES = new Map(
  STRATEGY_NAMES.map((strategy) => {
    const policy = aPolicy({
      strategy,
      fixedMap: { continents: { EU: 'eu-central-1', AS: 'us-east-1' }, fallback: 'us-east-1' },
      reservation: { allocations: 50 },
    });
    return [strategy, policy] as const;
  }),
);

/** A fleet 6 s after all its nodes were heard for the last time: those with the short interval are unknown. */
export function aView({ nodes, strategy, integralsMs }: AnyFleet) {
  const heartbeats = nodes.map(({ region, state, zone, intervalMs, allocations }, i) => {
    const load = { cpu: null, egressBps: null, ingressBps: null, allocations };
    return aHeartbeat({ region, state, zone, intervalMs, nodeId: `n${i}`, load });
  });
  const { fleet, charge, view } = aWorld(heartbeats, POLICIES.get(strategy), 50);
  nodes.forEach(({ reservations }, i) => {
    for (let r = 0; r < reservations; r++) fleet.reserve(`n${i}`, T0);
  });
  integralsMs.forEach((ms, i) => charge(REGIONS[i] ?? '', ms));
  fleet.advance(T0 + 6000);
  return { fleet, view };
}

/** One node per region, all about the threshold, where it matters who may spill where. */
const aTightFleet = fc
  .array(fc.constantFrom(3_940, 3_960, 3_990, 4_000, 4_010, 4_050, null), { minLength: 3, maxLength: 3 })
  .map((loads) =>
    REGIONS.map((region, i): NodeCase => {
      const allocations = loads[i] ?? null;
      return { region, state: 'serving', zone: null, intervalMs: 60_000, allocations, reservations: 0 };
    }),
  );

const nodes = fc.oneof(
  { weight: 3, arbitrary: aTightFleet },
  { weight: 1, arbitrary: fc.array(aNode, { maxLength: 5 }) },
  { weight: 2, arbitrary: fc.array(aNode, { maxLength: 14 }) },
);

export const aCase = fc.record({
  fleet: fc.record({ nodes, strategy, integralsMs }),
  request: aRequest,
});
