import type { FleetNode } from '@spillway/fleet';
import { followBoots, patienceMs } from './boots.js';
import { takeCensus, type Census } from './census.js';
import type { Inventory } from './inventory.js';
import type { RegionMemory } from './region-memory.js';
import type { RegionContext } from './region-context.js';

/** A node that has not been heard of for less than this may only not have been heard yet: after a gap, or a start. */
const HEARD_WITHIN_MS = 60_000;

export interface Look {
  readonly census: Census;
  /** Instances past all patience that never served. */
  readonly neverServed: readonly string[];
}

/** Holds the provider's list against the nodes that are heard; writes boots into the memory. */
export function look(memory: RegionMemory, { now, nodes }: RegionContext, inventory: Inventory): Look {
  const active = inventory.instances.filter(({ phase }) => phase !== 'ending');
  const instanceIds = new Set(active.map(({ instanceId }) => instanceId));
  const awaited = memory.awaited ?? awaitedBy(memory, instanceIds.size, now);
  const boots = followBoots(memory.control, {
    now,
    instanceIds,
    servedAt: servedAt(nodes),
    cameUp: new Set(nodes.filter(({ heartbeat }) => heartbeat.state !== 'starting').map(instanceIdOf)),
    knownIds: memory.knownIds,
    awaited,
  });
  if (boots.memory !== memory.control) memory.control = { ...memory.control, ...boots.memory };
  memory.awaited = boots.awaited;
  memory.knownIds = new Set(inventory.instances.map(({ instanceId }) => instanceId));
  const booting = new Set(memory.control.booting.map(({ instanceId }) => instanceId));
  const isLongInView = memory.inViewSinceMs !== undefined && now - memory.inViewSinceMs >= HEARD_WITHIN_MS;
  const census = takeCensus({ nodes, inventory, booting, awaited: boots.awaited, isLongInView });
  return { census, neverServed: isLongInView ? boots.neverServed : [] };
}

/** To somebody who looks for the first time: what the last plan wants more than there is, while it may still come. */
function awaitedBy(
  { control: { plan, lastGrowthAtMs, bootSeconds } }: RegionMemory,
  present: number,
  now: number,
): number {
  if (!plan || plan.outcome === 'failed' || lastGrowthAtMs === null) return 0;
  return now - lastGrowthAtMs <= patienceMs(bootSeconds) ? Math.max(0, plan.desired - present) : 0;
}

const instanceIdOf = ({ heartbeat }: FleetNode) => heartbeat.instanceId;

/** An instance has served once its node was heard in one of these states. */
function servedAt(nodes: RegionContext['nodes']): Map<string, number> {
  const heard = nodes.filter(({ heartbeat: { state } }) => state === 'serving' || state === 'draining');
  return new Map(heard.map(({ heartbeat, lastSeenAt }) => [heartbeat.instanceId, lastSeenAt]));
}
