import type { NodeLifecycle } from '@spillway/contracts';
import type { Software } from '../relay/software.js';
import type { Load } from '../samplers/sampler.js';

/** What is known of the node at one moment. */
export interface Observation {
  readonly state: NodeLifecycle;
  readonly load: Load;
  readonly software: Software | undefined;
}

/**
 * 1. A reporter that is being stopped speaks for the last time: `stopped`.
 * 2. A server that does not answer, or has not yet, is `starting`.
 * 3. Otherwise it is `serving`.
 */
export function decideState(node: { isStopping: boolean; isAnswering: boolean }): NodeLifecycle {
  if (node.isStopping) return 'stopped';
  return node.isAnswering ? 'serving' : 'starting';
}
