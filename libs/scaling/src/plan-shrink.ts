import type { ScaleReason } from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import { chooseDrains } from './drain.js';
import type { RegionView } from './region-view.js';
import { notTaken, taken, type ReasonCode } from './reasons.js';

export interface Shrink {
  readonly drain: readonly FleetNode[];
  readonly spareSinceMs: number | null;
  readonly reasons: readonly ScaleReason[];
}

/**
 * Whether the region shrinks. The first of these that holds says why not:
 *
 * 1. it grows, or something boots;
 * 2. its load is unknown, or any node of it is silent;
 * 3. its price is not zero;
 * 4. it has no more nodes than `min`, or none that the provider could end;
 * 5. without the nodes to be drained the others would carry more than the bound; each node counting for what its
 *    capacity is, and also each counting alike by its own utilization: one that claims far too large a capacity
 *    makes the whole region look empty, and must not empty it;
 * 6. all this has not yet lasted, without a break, for the stabilization window;
 * 7. the last step is too recent, the last plan failed, or the fleet changed enough within the hour.
 */
export function planShrink(view: RegionView, short: number): Shrink {
  const obstacle = obstacleTo(view, short);
  if (obstacle) return { drain: [], spareSinceMs: null, reasons: [notTaken('drain', obstacle)] };
  const serving = view.census.members.filter(({ standing }) => standing === 'serving');
  const candidates = serving.filter(({ instanceId }) => instanceId !== undefined).map(({ node }) => node);
  const nodes = serving.map(({ node }) => node);
  const most = Math.min(view.scaling.stepDown, candidates.length, nodes.length - view.min);
  const drain = mostThatFit(view, nodes, candidates, most);
  if (drain.length === 0) {
    const code = candidates.length === 0 ? 'no-instance' : most <= 0 ? 'at-min' : 'no-spare';
    return { drain, spareSinceMs: null, reasons: [notTaken('drain', code)] };
  }
  const spareSinceMs = view.control.spareSinceMs ?? view.now;
  const delay = delayOf(view, spareSinceMs);
  if (delay) return { drain: [], spareSinceMs, reasons: [notTaken('drain', delay)] };
  const allowed = drain.slice(0, view.changesLeftToShrink);
  const detail = `${nodes.length - allowed.length} of ${nodes.length} nodes carry it`;
  return { drain: allowed, spareSinceMs, reasons: [taken('drain', 'spare', detail)] };
}

function obstacleTo(view: RegionView, short: number): ReasonCode | undefined {
  if (short > 0) return 'growing';
  if (view.census.booting > 0) return 'booting';
  if (!view.need || view.carriedNodes === null) return 'unknown-load';
  if (view.census.isAnySilent) return 'silent-nodes';
  return view.isFree ? undefined : 'priced';
}

function delayOf(view: RegionView, spareSinceMs: number): ReasonCode | undefined {
  const { now, scaling, control } = view;
  if (now - spareSinceMs < scaling.stabilizationDownSeconds * 1000) return 'stabilizing';
  const lastStepAt = Math.max(control.lastGrowthAtMs ?? -Infinity, control.lastShrinkAtMs ?? -Infinity);
  if (now - lastStepAt < scaling.coolDownSeconds * 1000) return 'cooling-down';
  if (view.hasPlanJustFailed) return 'plan-failed';
  return view.changesLeftToShrink <= 0 ? 'change-limit' : undefined;
}

/** As many as may go at once; the more, the fuller those that stay. */
function mostThatFit(
  view: RegionView,
  serving: readonly FleetNode[],
  candidates: readonly FleetNode[],
  most: number,
): FleetNode[] {
  const chosen = chooseDrains(candidates, serving, most);
  while (chosen.length > 0 && !doOthersCarry(view, serving, chosen)) chosen.pop();
  return chosen;
}

function doOthersCarry(
  view: RegionView,
  serving: readonly FleetNode[],
  doomed: readonly FleetNode[],
): boolean {
  const { need, carriedNodes, shrinkBound } = view;
  if (!need || carriedNodes === null) return false;
  const left = serving.length - doomed.reduce((sum, node) => sum + worthOf(node, view), 0);
  const isRegionFit = Math.max(need.forecast + need.margin, carriedNodes) <= shrinkBound * left;
  const ownLoads = serving.reduce((sum, { measured }) => sum + (measured ?? 0), 0);
  return isRegionFit && ownLoads <= shrinkBound * (serving.length - doomed.length);
}

/** A node's capacity in average nodes of the region: a large one is more to lose. */
function worthOf({ load }: FleetNode, { nodeCapacity }: RegionView): number {
  const kbps = shareOf(load.kbpsCapacity, nodeCapacity?.kbps);
  const allocations = shareOf(load.allocationsCapacity, nodeCapacity?.allocations);
  return Math.max(kbps ?? 0, allocations ?? 0) || 1;
}

function shareOf(capacity: number | null, mean: number | null | undefined): number | undefined {
  return capacity !== null && mean ? capacity / mean : undefined;
}
