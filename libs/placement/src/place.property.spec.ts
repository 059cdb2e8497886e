import { describe, expect, it } from '@jest/globals';
import { ALL_TRANSPORTS, Fleet, utilizationOf } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { place, type PlacementRequest } from './place.js';
import { placementView } from './placement-view.js';

const T0 = 1_795_000_000_000;
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'];

const aNode = fc.record({
  region: fc.constantFrom(...REGIONS),
  state: fc.constantFrom('serving', 'serving', 'serving', 'starting', 'draining', 'stopped'),
  zone: fc.constantFrom('a', 'b', null),
  intervalMs: fc.constantFrom(1000, 60_000),
  allocations: fc.option(fc.integer({ min: 0, max: 5500 }), { nil: null }),
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

const strategy = fc.constantFrom('nearest', 'fixed-map');

/** A fleet 6 s after all its nodes were heard for the last time: those with the short interval are unknown. */
function aView(nodes: (typeof aNode extends fc.Arbitrary<infer T> ? T : never)[], name: string) {
  const fleet = new Fleet();
  const log = aLog();
  const policy = aPolicy({
    strategy: name,
    fixedMap: { continents: { EU: 'eu-central-1', AS: 'us-east-1' }, fallback: 'us-east-1' },
    reservation: { allocations: 50 },
  });
  fleet.apply(log({ kind: 'policy', policy }, T0), T0);
  nodes.forEach(({ allocations, reservations, ...node }, i) => {
    const load = { cpu: null, egressBps: null, ingressBps: null, allocations };
    const heartbeat = aHeartbeat({ ...node, nodeId: `n${i}`, load });
    fleet.apply(log({ kind: 'heartbeat', heartbeat }, T0), T0);
    for (let r = 0; r < reservations; r++) fleet.reserve(`n${i}`, T0);
  });
  fleet.advance(T0 + 6000);
  const view = placementView(fleet, (a, b) => Math.abs(a.longitude - b.longitude));
  if (!view) throw new Error('a fleet with a policy has a view');
  return { fleet, view };
}

const aCase = fc.tuple(fc.array(aNode, { maxLength: 14 }), strategy, aRequest);

describe('place, for any fleet and request', () => {
  it('hands out only nodes that are usable, in an allowed region, with room, and each once', () => {
    fc.assert(
      fc.property(aCase, ([nodes, name, request]) => {
        const { fleet, view } = aView(nodes, name);
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
      fc.property(aCase, ([nodes, name, request]) => {
        const { view } = aView(nodes, name);
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
      fc.property(aCase, ([nodes, name, request]) => {
        const { view } = aView(nodes, name);
        const placement = place(view, { ...request, count: 1, transports: ALL_TRANSPORTS });
        if (!placement.isPlaced || !['spillover', 'fallback'].includes(placement.reason)) return;
        const load = (id: string) =>
          utilizationOf(view.regions.find((region) => region.id === id) ?? never()) ?? 0;
        if (placement.nearestRegion === placement.region || load(placement.region) < 0.8) return;
        const { nearestRegion } = placement;
        const better = view.regions.filter(
          ({ id, usable }) =>
            id !== nearestRegion &&
            load(id) < 0.8 &&
            usable.some((node) => (node.measured ?? 0) + node.reserved < 1) &&
            request.location !== undefined,
        );
        expect(better.map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

function never(): never {
  throw new Error('the placement names a region that is not in the view');
}
