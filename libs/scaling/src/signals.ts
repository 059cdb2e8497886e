import type { FleetNode, FleetRegion } from '@spillway/fleet';
import { addParts, PartSums, type Parts } from './parts.js';

/** What the control loop reads of a region, as plain values. */
export interface RegionSignals {
  readonly id: string;
  /** Measured plus reserved, as routers see it; `null` when unknown. */
  readonly utilization: number | null;
  /**
   * What its nodes carry. Those that drain count: their sessions are the region's, and will be had again
   * elsewhere in it.
   */
  readonly measured: Parts;
  /** The same plus what is reserved. */
  readonly load: Parts;
  /** Of the nodes that may be handed out; 0 where no node knows its own. */
  readonly capacity: Parts;
  readonly usableCount: number;
  /** False while all its nodes are silent, or none says what it carries. */
  readonly isKnown: boolean;
}

export function readSignals(
  region: Pick<FleetRegion, 'id' | 'utilization' | 'reserved'>,
  nodes: Iterable<FleetNode>,
): RegionSignals {
  const sums = new PartSums();
  let usableCount = 0;
  let isSilent = false;
  for (const node of nodes) {
    if (node.isUsable) {
      usableCount++;
      sums.add(node, true);
    } else if (isDraining(node)) {
      sums.add(node, false);
    } else if (node.freshness !== 'fresh' && node.heartbeat.state !== 'stopped') {
      isSilent = true;
    }
  }
  const { load: measured, capacity } = sums;
  const { id, utilization, reserved } = region;
  const load = addParts(measured, capacity, reserved);
  const isKnown = usableCount > 0 ? utilization !== null : !isSilent;
  return { id, utilization, measured, load, capacity, usableCount, isKnown };
}

function isDraining({ heartbeat, isDrainOrdered, freshness }: FleetNode): boolean {
  if (heartbeat.kind !== 'turn' || freshness === 'unknown') return false;
  return heartbeat.state === 'draining' || (heartbeat.state === 'serving' && isDrainOrdered);
}
