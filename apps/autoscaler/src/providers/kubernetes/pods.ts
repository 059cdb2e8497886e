import type { V1Pod } from '@kubernetes/client-node';
import type { Instance } from '@spillway/scaling';
import { DELETION_COST } from './cluster.js';

/** The UID: names of a StatefulSet's pods are given again. */
export const idOf = ({ metadata }: V1Pod): string => metadata?.uid ?? '';

export function phaseOf({ metadata, status }: V1Pod): Instance['phase'] {
  const phase = status?.phase;
  if (metadata?.deletionTimestamp !== undefined || phase === 'Failed' || phase === 'Succeeded')
    return 'ending';
  return phase === 'Running' ? 'running' : 'booting';
}

export const isLive = (pod: V1Pod) => phaseOf(pod) !== 'ending';

/**
 * How late in its order a ReplicaSet ends a pod before it looks at the deletion cost: those without a node first, then
 * those that do not run, then those that are not ready (ActivePodsWithRanks in kubernetes/pkg/controller).
 */
export function rankOf({ spec, status }: V1Pod): number {
  if (!spec?.nodeName) return 0;
  if (status?.phase !== 'Running') return 1;
  return status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ? 3 : 2;
}

export const costOf = ({ metadata }: V1Pod): string | undefined => metadata?.annotations?.[DELETION_COST];

/** Of a StatefulSet's pod: the number its name ends in. */
export const ordinalOf = ({ metadata }: V1Pod): number =>
  Number(/-(\d+)$/.exec(metadata?.name ?? '')?.[1] ?? -1);
