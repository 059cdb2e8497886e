import type { Heartbeat, LogEvent, PolicyDocument } from '@spillway/contracts';
import { ALL_TRANSPORTS, Fleet, mix32 } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { place, type PlacementRequest } from './place.js';
import { placementView } from './placement-view.js';
import type { Coordinates } from './proximity.js';

export const T0 = 1_795_000_000_000;
export const FRANKFURT = { latitude: 50, longitude: 9, continent: 'EU' as const };
export const NEW_YORK = { latitude: 41, longitude: -74, continent: 'NA' as const };

/** Far from real, near enough for an order: one ms per degree. */
export const degrees = (a: Coordinates, b: Coordinates) =>
  Math.hypot(a.latitude - b.latitude, a.longitude - b.longitude);

const SPILLOVER = {
  at: '2026-11-22T10:00:00.000Z',
  utilization: null,
  demand: null,
  origins: {},
  target: 0.79,
  generation: 1,
  validForSeconds: 60,
};

/** A fleet at `T0`, and its decisions. */
export function aWorld(
  heartbeats: Heartbeat[],
  policy: PolicyDocument = aPolicy(),
  allocationsPerCredential = 1,
) {
  const loadPerCredential = { bandwidthBps: 300_000, allocations: allocationsPerCredential };
  const fleet = new Fleet();
  const log = aLog();
  const apply = (event: LogEvent, at = T0) => fleet.apply(log(event, at), at);
  apply({ kind: 'policy', policy });
  for (const heartbeat of heartbeats) apply({ kind: 'heartbeat', heartbeat });
  const view = placementView(fleet, degrees);
  if (!view) throw new Error('a fleet with a policy has a view');
  let seed = 0;
  const ask = (request: Partial<PlacementRequest> = {}) =>
    place(view, {
      location: NEW_YORK,
      require: undefined,
      prefer: undefined,
      transports: ALL_TRANSPORTS,
      count: 1,
      seed: mix32(seed++),
      ...request,
    });
  const placed = (request?: Partial<PlacementRequest>) => {
    const placement = ask(request);
    if (!placement.isPlaced) throw new Error(`refused: ${placement.code}`);
    return { ...placement, nodes: placement.nodes.map((node) => node.id) };
  };
  /** The autoscaler's slow part of a region's price, valid for a minute. */
  const charge = (region: string, integralMs: number, at = T0) => {
    const spillover = { ...SPILLOVER, priceMs: integralMs, integralMs, loadPerCredential };
    return apply({ kind: 'spillover', region, spillover }, at);
  };
  return { fleet, view, apply, charge, ask, placed };
}

type Overrides = Parameters<typeof aHeartbeat>[0];

export const us = (nodeId: string, rest: Overrides = {}) => aHeartbeat({ nodeId, ...rest });
export const eu = (nodeId: string, rest: Overrides = {}) => us(nodeId, { region: 'eu-central-1', ...rest });
export const ap = (nodeId: string, rest: Overrides = {}) => us(nodeId, { region: 'ap-southeast-1', ...rest });

/** A node at this utilization. */
export const loaded = (utilization: number) => ({
  load: { cpu: null, egressBps: null, ingressBps: null, allocations: Math.round(utilization * 5000) },
});
/** Where the price of a region of one such node begins to rise: it holds 5,000 credentials' load. */
export const ONE_NODE = { target: 0.784, gainMs: 500, wallMs: 20_000 };
export const UNKNOWN_LOAD = { load: { cpu: null, egressBps: null, ingressBps: null, allocations: null } };
