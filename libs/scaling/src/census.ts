import { PLAN_ORDER_PREFIX } from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import type { Inventory } from './inventory.js';

/**
 * What a node is good for.
 *
 * `serving`: it may be handed out; `returning`: told to, it will be again; `draining`, `drained`: told not to be, and
 * empty; `silent`: unknown; `sick`: up, and neither serving nor on its way to.
 */
export type Standing = 'serving' | 'returning' | 'draining' | 'drained' | 'silent' | 'sick';

export interface Member {
  readonly node: FleetNode;
  readonly standing: Standing;
  /** The provider's instance; `undefined` for a static node, which nobody ends. */
  readonly instanceId: string | undefined;
  /** It drains by the autoscaler's order, which may be taken back. */
  readonly isOwnDrain: boolean;
}

const RETURN_WITHIN_MS = 30_000;

/** Nodes and instances of a region, each counted once. */
export interface Census {
  readonly members: readonly Member[];
  /** Instances that the provider has and does not end. */
  readonly instanceIds: ReadonlySet<string>;
  /** Instances on their way to serve. */
  readonly booting: number;
  /** Instances that no node speaks for and that are not booting. */
  readonly missing: readonly string[];
  /** A node is suspect or unknown. */
  readonly isAnySilent: boolean;
  /** Nodes to rely on for load: serving, returning, booting or ordered. */
  readonly capacityCount: number;
  /** Those and what may be there as well: the silent and the sick. What `min` is held against. */
  readonly presentCount: number;
  /** All that can be, draining ones included: what `max` is held against. */
  readonly totalCount: number;
}

export interface CensusInput {
  readonly nodes: Iterable<FleetNode>;
  readonly inventory: Inventory;
  /** Instances that have not served yet and are within patience or past it. */
  readonly booting: ReadonlySet<string>;
  /** Instances ordered and not seen yet. */
  readonly awaited: number;
  /** Whoever is there has been heard by now. Before that, instances not heard of are taken to be well. */
  readonly isLongInView: boolean;
}

export function takeCensus({ nodes, inventory, booting, awaited, isLongInView }: CensusInput): Census {
  const instanceIds = new Set(
    inventory.instances.filter(({ phase }) => phase !== 'ending').map(({ instanceId }) => instanceId),
  );
  const ending = new Set(
    inventory.instances.filter(({ phase }) => phase === 'ending').map(({ instanceId }) => instanceId),
  );
  const members: Member[] = [];
  const heard = new Set<string>();
  let isAnySilent = false;
  for (const node of nodes) {
    const { instanceId, kind, state } = node.heartbeat;
    if (kind !== 'turn' || ending.has(instanceId)) continue;
    const isInstance = instanceIds.has(instanceId);
    if (isInstance) heard.add(instanceId);
    if (node.freshness !== 'fresh' && state !== 'stopped') isAnySilent = true;
    if (booting.has(instanceId)) continue;
    members.push({
      node,
      standing: standingOf(node),
      instanceId: isInstance ? instanceId : undefined,
      isOwnDrain: isOwnDrain(node),
    });
  }
  const missing = [...instanceIds].filter((id) => !heard.has(id) && !booting.has(id));
  const count = (...standings: Standing[]) =>
    members.filter(({ standing }) => standings.includes(standing)).length;
  const unheard = isLongInView ? 0 : missing.length;
  const capacityCount = count('serving', 'returning') + booting.size + awaited + unheard;
  const staticCount = members.filter((m) => m.instanceId === undefined && m.standing !== 'drained').length;
  return {
    members,
    instanceIds,
    booting: booting.size + awaited,
    missing: isLongInView ? missing : [],
    isAnySilent,
    capacityCount,
    presentCount: capacityCount + count('silent', 'sick'),
    totalCount: staticCount + instanceIds.size + awaited,
  };
}

function standingOf(node: FleetNode): Standing {
  const { state } = node.heartbeat;
  if (state === 'stopped') return 'drained';
  if (node.freshness === 'unknown') return 'silent';
  if (node.isUsable) return 'serving';
  if (state === 'draining' || node.isDrainOrdered) return isTakenBack(node) ? 'returning' : 'draining';
  return 'sick';
}

/** A node that goes on draining long after it was told to stop that does not obey. */
function isTakenBack({ command, heartbeat, lastSeenAt }: FleetNode): boolean {
  if (command?.event.command !== 'undrain' || command.event.instanceId !== heartbeat.instanceId) return false;
  return lastSeenAt - command.at <= RETURN_WITHIN_MS;
}

/**
 * The node drains for the autoscaler.
 *
 * 1. The last order to it is an operator's: it does not.
 * 2. That is a drain of the autoscaler's: it does.
 * 3. There is no such order any more, or it was to stop that drain and was not heard: what the node says it obeys.
 */
function isOwnDrain(node: FleetNode): boolean {
  const { command, heartbeat } = node;
  if (command?.event.instanceId === heartbeat.instanceId) {
    if (command.event.origin === 'operator') return false;
    if (command.event.command === 'drain') return true;
    if (isTakenBack(node)) return false;
  }
  const isDrained = heartbeat.state === 'draining' || heartbeat.state === 'stopped';
  return isDrained && isPlanOrder(heartbeat.commandId);
}

/** The id is of an order that a plan gave. */
export function isPlanOrder(commandId: string | null): boolean {
  return commandId?.startsWith(PLAN_ORDER_PREFIX) ?? false;
}
