import type { Continent, PlacementReason } from '@spillway/contracts';
import type { Candidate, FleetNode, FleetRegion, TransportSet } from '@spillway/fleet';
import { clientPrices } from './client-prices.js';
import type { Coordinates } from './proximity.js';
import type { PlacementView } from './placement-view.js';
import { isOpenBelowThreshold, type Weighing } from './strategy.js';

export interface PlacementRequest {
  /** `undefined` when the client's location is unknown; the policy's default region then stands in. */
  readonly location: (Coordinates & { readonly continent: Continent | null }) | undefined;
  /** Only these regions may serve. Never loosened. */
  readonly require: readonly string[] | undefined;
  /** Tried first while it is below the threshold. */
  readonly prefer: string | undefined;
  readonly transports: TransportSet;
  /** Nodes wanted; there may be fewer. */
  readonly count: number;
  /** Differs from decision to decision and is the same in a replay. */
  readonly seed: number;
}

export interface Placement {
  readonly isPlaced: true;
  readonly region: string;
  /** One or more; the first is in `region`, others may be elsewhere. */
  readonly nodes: readonly Candidate[];
  /** Where the client would be served when everything is well; `null` when its location is unknown. */
  readonly nearestRegion: string | null;
  readonly reason: PlacementReason;
}

export interface Refusal {
  readonly isPlaced: false;
  /**
   * `requirement-unmet`: no usable node in the required regions; `transports-unmet`: none in the allowed regions
   * offers a wanted transport; `no-capacity`: there is no node, or none with room.
   */
  readonly code: 'requirement-unmet' | 'transports-unmet' | 'no-capacity';
}

/**
 * Chooses a region and nodes in it for one client. A pure function of its arguments.
 *
 * 1. Regions outside a requirement are out, whatever comes.
 * 2. The preferred region serves while it is open and below the threshold.
 * 3. Otherwise the strategy names an open region and one of its nodes; a region without an acceptable node is
 *    closed for this client and the strategy asked again.
 * 4. Further nodes come from other failure domains: another zone, another node, another region, in this order.
 * 5. Where reservations leave no room anywhere, they are set aside: what is only expected steers clients, it
 *    does not refuse them.
 */
export function place(view: PlacementView, request: PlacementRequest): Placement | Refusal {
  const placement = placeWhere(view, request, EXPECTED_ROOM) ?? placeWhere(view, request, MEASURED_ROOM);
  return placement ?? { isPlaced: false, code: refusalCode(view, request) };
}

function refusalCode({ regions }: PlacementView, request: PlacementRequest): Refusal['code'] {
  const { require, transports } = request;
  const nodes = regions.flatMap(({ id, usable }) => (require?.includes(id) === false ? [] : usable));
  if (nodes.length === 0) return require ? 'requirement-unmet' : 'no-capacity';
  return nodes.some((node) => node.transports & transports) ? 'no-capacity' : 'transports-unmet';
}

/** Utilization from which there is no room. */
const FULL = 1;

/** What counts as room, in a node and in a region as a whole. */
export interface Room {
  readonly inNode: (node: Candidate) => boolean;
  /** Spares looking at every node of a region that is full. */
  readonly inRegion: (region: FleetRegion) => boolean;
}

const isBelowFull = ({ measured, reserved }: Pick<FleetRegion, 'measured' | 'reserved'>) =>
  (measured ?? 0) + reserved < FULL;

export const EXPECTED_ROOM: Room = { inNode: isBelowFull, inRegion: isBelowFull };
export const MEASURED_ROOM: Room = { inNode: ({ measured }) => (measured ?? 0) < FULL, inRegion: () => true };

/** @param weighing is left as it was for the last choice: regions without an acceptable node are not open any more. */
export function placeWhere(
  view: PlacementView,
  request: PlacementRequest,
  room: Room,
  weighing = weigh(view, request),
): Placement | undefined {
  const { regions, strategy } = view;
  const { home } = weighing;
  const nodes: Candidate[] = [];
  let servedIn = -1;
  while (nodes.length < request.count) {
    const preferred = preferredRegion(request, weighing);
    const index = preferred >= 0 ? preferred : strategy.chooseRegion(weighing, home);
    const region = regions[index];
    if (!region) break;
    const node = room.inRegion(region) ? chooseNode(view, region, request, nodes, room) : undefined;
    if (!node) {
      weighing.isOpen = weighing.isOpen.with(index, false);
      continue;
    }
    if (nodes.length === 0) servedIn = index;
    nodes.push(node);
  }
  const region = regions[servedIn];
  return (
    region && {
      isPlaced: true,
      region: region.id,
      nodes,
      nearestRegion: request.location ? (regions[home]?.id ?? null) : null,
      reason: reasonFor(region, request, regions[home]),
    }
  );
}

export interface OpenWeighing extends Weighing {
  isOpen: readonly boolean[];
  /** Where the client belongs: an index, -1 when no region is allowed. */
  readonly home: number;
}

export function weigh(view: PlacementView, request: PlacementRequest): OpenWeighing {
  const { policy, regions, proximity, standing, strategy } = view;
  const { require, location, seed } = request;
  const { isServed, fullness } = standing;
  const isAllowed = require ? regions.map((region) => require.includes(region.id)) : view.everywhere;
  const isOpen = require ? isServed.map((served, i) => served && isAllowed[i] === true) : isServed;
  const standIn = policy.regions[policy.defaultRegion] ?? { latitude: 0, longitude: 0 };
  const { rttMs, nearest } = proximity.from(location ?? standIn);
  const continent = location?.continent ?? null;
  const { priceMs } = standing;
  const home = -1;
  const weighing = { policy, regions, isAllowed, isOpen, rttMs, nearest, priceMs, fullness, continent, home };
  weighing.home = strategy.homeRegion(weighing);
  weighing.priceMs = clientPrices(standing, weighing.home, seed);
  return weighing;
}

/** The index of the client's preferred region while that may serve, otherwise -1. */
function preferredRegion({ prefer }: PlacementRequest, weighing: Weighing): number {
  if (prefer === undefined) return -1;
  const index = weighing.regions.findIndex((region) => region.id === prefer);
  return isOpenBelowThreshold(weighing, index) ? index : -1;
}

function chooseNode(
  { strategy, heardAt }: PlacementView,
  region: FleetRegion,
  { seed, transports }: PlacementRequest,
  chosen: readonly Candidate[],
  room: Room,
): Candidate | undefined {
  const anyNode = { seed, transports, heardAt, hasRoom: room.inNode, isExcluded: () => false };
  if (chosen.length === 0) return strategy.chooseNode(region, anyNode);
  const isChosen = ({ slot }: Candidate) => chosen.some((node) => node.slot === slot);
  const sharesZone = ({ node: { heartbeat } }: Candidate) =>
    chosen.some(({ node: { heartbeat: other } }) => isSameZone(heartbeat, other));
  return (
    strategy.chooseNode(region, { ...anyNode, isExcluded: sharesZone }) ??
    strategy.chooseNode(region, { ...anyNode, isExcluded: isChosen })
  );
}

function isSameZone(a: FleetNode['heartbeat'], b: FleetNode['heartbeat']): boolean {
  return a.region === b.region && a.zone === b.zone;
}

function reasonFor(served: FleetRegion, request: PlacementRequest, home?: FleetRegion): PlacementReason {
  if (request.prefer === served.id) return 'preferred';
  if (request.require) return 'required';
  if (!request.location) return 'fallback';
  if (served === home) return 'nearest';
  return home && home.usable.length > 0 ? 'spillover' : 'fallback';
}
