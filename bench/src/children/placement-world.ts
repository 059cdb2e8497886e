import type { ClientLocator } from '@spillway/geo';
import { FleetView, IceServersService, NodeSecrets } from '@spillway/router';
import { aHeartbeat, aPolicy } from '@spillway/testkit/builders';

/** Time from one placement to the next, as at 10,000 a second: what is reserved lasts for 10 s of it. */
const STEP_MS = 0.1;
/** Placements for each node before any is timed; by then one in 50 was never chosen. */
const WARM_UP = 4;

/** Who asks. */
export const CALLER = {
  principal: { name: 'bench', scopes: new Set(['issue', 'on-behalf'] as const) },
  address: undefined,
};

/** A router's application service over a fleet of so many nodes and regions, as one process has it in memory. */
export function aService(nodes: number, regionCount: number, locator: ClientLocator): IceServersService {
  let nowMs = 0;
  let stepMs = 0;
  const view = new FleetView('bench', () => (nowMs += stepMs));
  const names = Array.from({ length: regionCount }, (_, i) => `region-${i}`);
  const policy = aPolicy({
    strategy: 'priced',
    regions: Object.fromEntries(names.map((name, i) => [name, placeOf(i, regionCount)])),
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
      region: names[i % regionCount],
      zone: 'abc'[i % 3],
      urls: urlsOf(i),
      intervalMs: 60_000,
      load: { allocations: (i * 97) % 3000 },
    });
    view.fold({ position: ++position, at, event: { kind: 'heartbeat', heartbeat } });
  }
  view.needUpTo(position);

  const service = new IceServersService({
    view,
    locator,
    secrets: new NodeSecrets('a master secret for benchmarks'),
    issued: { add: () => undefined, refuse: () => undefined },
    routerId: 'bench',
    bootId: 'bench',
  });
  // What is worked out once for each node is no part of a placement.
  for (let i = 0; i < nodes * WARM_UP; i++) {
    const require = [names[(i % nodes) % regionCount]];
    service.answer({ clientIp: '88.198.0.1', region: { require } }, CALLER);
  }
  stepMs = STEP_MS;
  return service;
}

/** Regions all over the inhabited world, evenly. */
function placeOf(index: number, count: number) {
  return { latitude: -40 + (100 * index) / count, longitude: ((index * 137.5) % 360) - 180 };
}

/** Nodes' URLs are their own: what is kept of one says nothing of another. */
function urlsOf(index: number): string[] {
  const host = `203.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  return [`turn:${host}:3478?transport=udp`, `turn:${host}:3478?transport=tcp`];
}
