import type { NodeLifecycle } from '@spillway/contracts';
import type { Drain } from '../drain/orders.js';
import type { Software } from '../relay/software.js';
import type { Load } from '../samplers/sampler.js';

/** What is known of the node at one moment. */
export interface Observation {
  readonly state: NodeLifecycle;
  readonly load: Load;
  readonly software: Software | undefined;
  /** Part of the load is made up. */
  readonly isSynthetic?: boolean;
  /** The command obeyed last. */
  readonly commandId: string | null;
}

export interface NodeSituation {
  /** The reporter speaks for the last time. */
  readonly isStopping: boolean;
  readonly drain: Pick<Drain, 'isOver'> | undefined;
  /** Whether its orders were read. */
  readonly isSettled: boolean;
  readonly isAnswering: boolean;
  /** The relay was told to finish and takes no allocations any more. */
  readonly isFinishing: boolean;
}

/**
 * 1. A drain that is over: `stopped`, whatever the relay does.
 * 2. A drain in force: `draining`, even as the last word: the relay may still carry calls.
 * 3. A reporter that is being stopped: `stopped`.
 * 4. A node that does not know its orders yet, whose server does not answer, or has not yet, or takes nobody any
 *    more: `starting`.
 * 5. Otherwise `serving`.
 */
export function decideState(node: NodeSituation): NodeLifecycle {
  if (node.drain) return node.drain.isOver ? 'stopped' : 'draining';
  if (node.isStopping) return 'stopped';
  return node.isSettled && node.isAnswering && !node.isFinishing ? 'serving' : 'starting';
}

/** `stopped` with an id says that a drain is over: a reporter that stops for another reason leaves it out. */
export function decideEcho(
  node: Pick<NodeSituation, 'isStopping' | 'drain'>,
  commandId: string | null,
): string | null {
  return node.isStopping && !node.drain ? null : commandId;
}
