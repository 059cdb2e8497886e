import type { Fleet, FleetNode, FleetRegion, Freshness } from '@spillway/fleet';
import { integralAt, isBelowFloor } from '@spillway/fleet';
import { drawnNodes } from './choose-node.js';
import { place, type PlacementRequest, type Refusal } from './place.js';
import type { PlacementView } from './placement-view.js';

/**
 * Why a node cannot serve a client, the first that applies: its region is not allowed; it is no TURN server; it said
 * that it is starting, draining or stopped; it was told to drain; it is silent for too long; its version is below the
 * policy's floor; it offers none of the wanted transports; its measured load leaves no room.
 */
export const NODE_REJECTIONS = [
  'not-allowed',
  'wrong-kind',
  'not-serving',
  'drain-ordered',
  'silent',
  'below-version-floor',
  'transports',
  'full',
] as const;
export type NodeRejection = (typeof NODE_REJECTIONS)[number];
export type RejectedCounts = Partial<Record<NodeRejection, number>>;

/** How a region stood when it was weighed. Loads as shares of the capacity, 0–1 and above. */
export interface WeighedRegion {
  readonly id: string;
  readonly isAllowed: boolean;
  readonly rttMs: number;
  readonly priceMs: number;
  /** Of the price, the autoscaler's slow part. */
  readonly integralMs: number;
  /** What the heartbeats said; `null` when nothing is known. */
  readonly measured: number | null;
  /** What was issued and does not show in them yet. */
  readonly reserved: number;
  /** A region at the threshold takes no clients of others while another is below it. */
  readonly fullness: 'below-threshold' | 'unknown' | 'at-threshold';
  readonly nodeCount: number;
  /** Nodes that might be handed out to this client. */
  readonly feasible: number;
  readonly rejected: RejectedCounts;
}

export interface ComparedNode {
  readonly id: string;
  readonly freshness: Freshness;
  readonly measured: number | null;
  readonly reserved: number;
  /** Credentials that count as reserved. */
  readonly reservations: number;
  readonly isChosen: boolean;
}

/** Everything a decision was made on, in plain values. */
export interface PlacementExplanation {
  readonly policy: string;
  readonly strategy: string;
  readonly threshold: number;
  /** In the order of the policy. */
  readonly regions: readonly WeighedRegion[];
  /** Where the client would have been served when everything is well; `null` when none was allowed. */
  readonly home: string | null;
  readonly outcome:
    | { readonly region: string; readonly nodes: readonly string[]; readonly reason: string }
    | { readonly code: Refusal['code'] };
  /** Nodes that might have been handed out, of all regions, and how many were not for which reason. */
  readonly feasible: number;
  readonly rejected: RejectedCounts;
  /** In the region that serves: the two that were drawn, and what was chosen. */
  readonly compared: readonly ComparedNode[];
  readonly liveRouters: number;
  readonly isBusSuspect: boolean;
}

/** Makes a decision once more, and tells what it rested on. Changes nothing; costs some hundred decisions. */
export function explainPlacement(
  fleet: Fleet,
  view: PlacementView,
  request: PlacementRequest,
): PlacementExplanation {
  const placement = place(view, request);
  const regions = view.regions.map((region, i) => weighedRegion(fleet, view, request, region, i));
  const allowed = regions.filter(({ isAllowed }) => isAllowed);
  const { policy } = view;
  return {
    policy: policy.revision,
    strategy: policy.strategy,
    threshold: policy.threshold,
    regions,
    home: homeOf(view, request, regions),
    outcome: placement.isPlaced
      ? { region: placement.region, nodes: placement.nodes.map(({ id }) => id), reason: placement.reason }
      : { code: placement.code },
    feasible: allowed.reduce((sum, { feasible }) => sum + feasible, 0),
    rejected: addUp(regions.map(({ rejected }) => rejected)),
    compared: placement.isPlaced ? comparedNodes(view, request, placement.region, placement.nodes) : [],
    liveRouters: fleet.liveRouters(),
    isBusSuspect: fleet.isBusSuspect,
  };
}

const FULLNESS = ['below-threshold', 'unknown', 'at-threshold'] as const;

function weighedRegion(
  fleet: Fleet,
  { policy, proximity, standing }: PlacementView,
  request: PlacementRequest,
  region: FleetRegion,
  index: number,
): WeighedRegion {
  const { id, spillover, measured, reserved, nodeCount } = region;
  const isAllowed = request.require?.includes(id) !== false;
  const standIn = policy.regions[policy.defaultRegion] ?? { latitude: 0, longitude: 0 };
  const rejections = fleet.nodesIn(id).map((node) => {
    return isAllowed ? rejectionOf(node, request, policy.versionFloor) : 'not-allowed';
  });
  const rejected = addUp(rejections.map((rejection) => (rejection ? { [rejection]: 1 } : {})));
  return {
    id,
    isAllowed,
    rttMs: proximity.rttsFrom(request.location ?? standIn)[index] ?? 0,
    priceMs: standing.priceMs[index] ?? 0,
    integralMs: spillover ? integralAt(spillover.event, spillover.at, fleet.now) : 0,
    measured,
    reserved,
    fullness: FULLNESS[standing.fullness[index] ?? 2] ?? 'at-threshold',
    nodeCount,
    feasible: rejections.filter((rejection) => rejection === undefined).length,
    rejected,
  };
}

function rejectionOf(
  node: FleetNode,
  { transports }: PlacementRequest,
  floors: PlacementView['policy']['versionFloor'],
): NodeRejection | undefined {
  const { heartbeat, isDrainOrdered, freshness, measured } = node;
  const { kind, state } = heartbeat;
  if (kind !== 'turn') return 'wrong-kind';
  if (state !== 'serving') return 'not-serving';
  if (isDrainOrdered) return 'drain-ordered';
  if (freshness === 'unknown') return 'silent';
  if (isBelowFloor(heartbeat, floors)) return 'below-version-floor';
  if ((node.transports & transports) === 0) return 'transports';
  return (measured ?? 0) >= 1 ? 'full' : undefined;
}

function homeOf(
  { policy, regions, standing, strategy }: PlacementView,
  { location }: PlacementRequest,
  weighed: readonly WeighedRegion[],
): string | null {
  const isAllowed = weighed.map((region) => region.isAllowed);
  const rttMs = weighed.map((region) => region.rttMs);
  const continent = location?.continent ?? null;
  const { priceMs, fullness } = standing;
  const weighing = { policy, regions, isAllowed, isOpen: isAllowed, rttMs, priceMs, fullness, continent };
  return regions[strategy.homeRegion(weighing)]?.id ?? null;
}

function comparedNodes(
  { regions }: PlacementView,
  { seed }: PlacementRequest,
  servedIn: string,
  chosen: readonly FleetNode[],
): ComparedNode[] {
  const usable = regions.find(({ id }) => id === servedIn)?.usable ?? [];
  const compared = new Set([...drawnNodes(usable, seed), ...chosen]);
  return [...compared].map((node) => ({
    id: node.id,
    freshness: node.freshness,
    measured: node.measured,
    reserved: node.reserved,
    reservations: node.reservations,
    isChosen: chosen.includes(node),
  }));
}

function addUp(counts: readonly RejectedCounts[]): RejectedCounts {
  const sums: RejectedCounts = {};
  for (const reason of NODE_REJECTIONS) {
    const sum = counts.reduce((total, each) => total + (each[reason] ?? 0), 0);
    if (sum > 0) sums[reason] = sum;
  }
  return sums;
}
