import { describe, expect, it } from '@jest/globals';
import { STRATEGY_NAMES, type StrategyName } from '@spillway/contracts';
import { ALL_TRANSPORTS, type FleetNode, type FleetRegion } from '@spillway/fleet';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { place, type Placement, type PlacementRequest, type Refusal } from './place.js';
import type { PlacementView } from './placement-view.js';
import { aWorld, T0 } from './world.harness.js';

const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'];

const aNode = fc.record({
  region: fc.constantFrom(...REGIONS),
  state: fc.constantFrom('serving', 'serving', 'serving', 'starting', 'draining', 'stopped'),
  zone: fc.constantFrom('a', 'b', null),
  intervalMs: fc.constantFrom(1000, 60_000),
  allocations: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 5500 }) },
    { weight: 3, arbitrary: fc.integer({ min: 3850, max: 4100 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  reservations: fc.integer({ min: 0, max: 30 }),
});

const aRequest: fc.Arbitrary<PlacementRequest> = fc.record({
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
const integralsMs = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: REGIONS.length });

type NodeCase = typeof aNode extends fc.Arbitrary<infer T> ? T : never;

interface AnyFleet {
  readonly nodes: NodeCase[];
  readonly strategy: StrategyName;
  readonly integralsMs: number[];
}

/** A fleet 6 s after all its nodes were heard for the last time: those with the short interval are unknown. */
function aView({ nodes, strategy, integralsMs }: AnyFleet) {
  const policy = aPolicy({
    strategy,
    fixedMap: { continents: { EU: 'eu-central-1', AS: 'us-east-1' }, fallback: 'us-east-1' },
    reservation: { allocations: 50 },
  });
  const heartbeats = nodes.map(({ region, state, zone, intervalMs, allocations }, i) => {
    const load = { cpu: null, egressBps: null, ingressBps: null, allocations };
    return aHeartbeat({ region, state, zone, intervalMs, nodeId: `n${i}`, load });
  });
  const { fleet, charge, view } = aWorld(heartbeats, policy, 50);
  nodes.forEach(({ reservations }, i) => {
    for (let r = 0; r < reservations; r++) fleet.reserve(`n${i}`, T0);
  });
  integralsMs.forEach((ms, i) => charge(REGIONS[i] ?? '', ms));
  fleet.advance(T0 + 6000);
  return { fleet, view };
}

const aCase = fc.record({
  fleet: fc.record({ nodes: fc.array(aNode, { maxLength: 14 }), strategy, integralsMs }),
  request: aRequest,
});

describe('place, for any fleet and request', () => {
  it('hands out only nodes that are usable, in an allowed region, with room, and each once', () => {
    fc.assert(
      fc.property(aCase, ({ fleet: any, request }) => {
        const { fleet, view } = aView(any);
        const placement = place(view, request);
        if (!placement.isPlaced) return;
        expect(new Set(placement.nodes).size).toBe(placement.nodes.length);
        expect(placement.nodes.length).toBeLessThanOrEqual(request.count);
        for (const node of placement.nodes) {
          const { region, state } = node.heartbeat;
          expect(state).toBe('serving');
          expect(fleet.node(region, node.id)?.freshness).not.toBe('unknown');
          expect(request.require ?? REGIONS).toContain(region);
          expect(node.measured ?? 0).toBeLessThan(1);
          expect(node.transports & request.transports).not.toBe(0);
        }
        expect(placement.nodes[0]?.heartbeat.region).toBe(placement.region);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses only when no usable node in an allowed region has room', () => {
    fc.assert(
      fc.property(aCase, ({ fleet: any, request }) => {
        const { view } = aView(any);
        const allowed = view.regions.filter(({ id }) => request.require?.includes(id) ?? true);
        const couldServe = allowed.some(({ usable }) =>
          usable.some((node) => (node.measured ?? 0) < 1 && (node.transports & request.transports) !== 0),
        );
        expect(place(view, request).isPlaced).toBe(couldServe);
      }),
      { numRuns: 1000 },
    );
  });

  it('sends nobody from elsewhere to a region over the threshold while an open one is below', () => {
    fc.assert(
      fc.property(aCase, ({ fleet, request: { require, location, seed } }) => {
        const { view } = aView(fleet);
        const request = { ...ANYTHING, require, location, seed };
        const served = spilledTo(view, request);
        if (!served || load(served) < 0.8) return;
        const better = allowed(view, request).filter((region) => load(region) < 0.8 && hasRoom(region));
        expect(better.map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('sends nobody from elsewhere to a region of unknown load while one is known to be below the threshold', () => {
    fc.assert(
      fc.property(aCase, ({ fleet, request: { require, location, seed } }) => {
        // The fallback of a fixed map is fixed, known or not.
        fc.pre(fleet.strategy !== 'fixed-map');
        const { view } = aView(fleet);
        const request = { ...ANYTHING, require, location, seed };
        if (spilledTo(view, request)?.measured !== null) return;
        const better = allowed(view, request).filter(
          (region) => region.measured !== null && load(region) < 0.8 && hasRoom(region),
        );
        expect(better.map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('decides the same again while nothing changes, and on a fleet that is the same', () => {
    fc.assert(
      fc.property(aCase, ({ fleet, request }) => {
        const { view } = aView(fleet);
        const picture = (placement: Placement | Refusal) =>
          placement.isPlaced ? { ...placement, nodes: placement.nodes.map(({ id }) => id) } : placement;
        const first = picture(place(view, request));
        expect(picture(place(view, request))).toEqual(first);
        expect(picture(place(aView(fleet).view, request))).toEqual(first);
      }),
    );
  });
});

const ANYTHING = { prefer: undefined, transports: ALL_TRANSPORTS, count: 1 };

/** Where the client is served, if that is not where it belongs; `undefined` for one whose home is not told. */
function spilledTo(view: PlacementView, request: PlacementRequest): FleetRegion | undefined {
  const placement = place(view, request);
  if (!placement.isPlaced || !request.location || placement.region === placement.nearestRegion) {
    return undefined;
  }
  return view.regions.find(({ id }) => id === placement.region);
}

function allowed({ regions }: PlacementView, { require }: PlacementRequest): FleetRegion[] {
  return regions.filter(({ id }) => require?.includes(id) ?? true);
}

/** What is not measured counts as what was issued for it. */
function load({ measured, reserved }: FleetRegion | FleetNode): number {
  return (measured ?? 0) + reserved;
}

function hasRoom({ usable }: FleetRegion): boolean {
  return usable.some((node) => load(node) < 1);
}
