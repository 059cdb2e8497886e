import { IceServersService, NodeSecrets, FleetView } from '@spillway/router';
import { aHeartbeat, aPolicy } from '@spillway/testkit/builders';

const REGION_COUNT = 20;

/** Clients' places, all known: the lookup of an address is not part of a placement. */
const PLACES = Array.from({ length: 100 }, (_, i) => ({
  latitude: -40 + i,
  longitude: -170 + ((i * 37) % 340),
  country: null,
  continent: null,
}));

/** Placements for each node before any is timed; by then hardly one was never chosen. */
const WARM_UP = 20;
const WARMER = {
  principal: { name: 'warm-up', scopes: new Set(['issue'] as const) },
  address: '203.0.113.7',
};

/** A router's application service over a fleet of `nodes` in 20 regions, as one process has it in memory. */
export function aService(nodes: number): IceServersService {
  const view = new FleetView('bench');
  const names = Array.from({ length: REGION_COUNT }, (_, i) => `region-${i}`);
  const regions = names.map((_, i) => ({ latitude: -50 + 5 * i, longitude: -180 + 18 * i }));
  const policy = aPolicy({
    regions: Object.fromEntries(names.map((name, i) => [name, regions[i]])),
    defaultRegion: names[0],
    // A benchmark issues in seconds what a fleet issues in hours: its reservations must not fill the nodes.
    reservation: { bandwidthBps: 1, allocations: 0 },
  });
  const at = Date.now();
  let position = 0;
  view.fold({ position: ++position, at, event: { kind: 'policy', policy } });
  for (let i = 0; i < nodes; i++) {
    const heartbeat = aHeartbeat({
      nodeId: `node-${i}`,
      region: names[i % REGION_COUNT],
      zone: 'abc'[i % 3],
      intervalMs: 60_000,
      load: { allocations: (i * 97) % 3000 },
    });
    view.fold({ position: ++position, at, event: { kind: 'heartbeat', heartbeat } });
  }
  view.needUpTo(position);

  let lookups = 0;
  const secrets = new NodeSecrets('a master secret for benchmarks');
  const service = new IceServersService({
    view,
    locator: { locate: () => PLACES[lookups++ % PLACES.length] },
    secrets,
    issued: { add: () => undefined, refuse: () => undefined },
    routerId: 'bench',
    bootId: 'bench',
  });
  // What is worked out once for each node is no part of a placement.
  for (let i = 0; i < nodes * WARM_UP; i++) service.answer({}, WARMER);
  return service;
}
