import type { Fleet, FleetNode } from '@spillway/fleet';
import { integralAt, isBelowFloor } from '@spillway/fleet';
import type { Choice } from './explain.js';
import { obstacleOf, turnsAt, wouldServe, type RegionObstacle, type TurningPoint } from './explain-turns.js';
import type { PlacementRequest } from './place.js';
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
  /** `null` of the region that serves. */
  readonly obstacle: RegionObstacle | null;
  /** It would have served, had what closed it to this client not been so. */
  readonly wouldServe: boolean;
  readonly turnsAt: TurningPoint | null;
}

const FULLNESS = ['below-threshold', 'unknown', 'at-threshold'] as const;

export function weighedRegion(
  fleet: Fleet,
  view: PlacementView,
  request: PlacementRequest,
  choice: Choice,
  index: number,
): WeighedRegion {
  const { isAllowed: allowed, rttMs, priceMs, fullness } = choice.weighing;
  const region = view.regions[index];
  if (!region) throw new Error('there is no such region');
  const isAllowed = allowed[index] === true;
  const { spillover, measured, reserved, nodeCount, id } = region;
  const rejections = fleet
    .nodesIn(id)
    .map((node) => (isAllowed ? rejectionOf(node, request, view.policy.versionFloor) : 'not-allowed'));
  const integralMs = spillover ? integralAt(spillover.event, spillover.at, fleet.now) : 0;
  return {
    id,
    isAllowed,
    rttMs: rttMs[index] ?? 0,
    priceMs: priceMs[index] ?? 0,
    integralMs,
    measured,
    reserved,
    fullness: FULLNESS[fullness[index] ?? 2] ?? 'at-threshold',
    nodeCount,
    feasible: rejections.filter((rejection) => rejection === undefined).length,
    rejected: addUp(rejections.map((rejection) => (rejection ? { [rejection]: 1 } : {}))),
    obstacle: obstacleOf(view, request, choice, index),
    wouldServe: wouldServe(view, request, choice, index),
    turnsAt: turnsAt(view, request, choice, index, integralMs),
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

export function addUp(counts: readonly RejectedCounts[]): RejectedCounts {
  const sums: RejectedCounts = {};
  for (const reason of NODE_REJECTIONS) {
    const sum = counts.reduce((total, each) => total + (each[reason] ?? 0), 0);
    if (sum > 0) sums[reason] = sum;
  }
  return sums;
}
