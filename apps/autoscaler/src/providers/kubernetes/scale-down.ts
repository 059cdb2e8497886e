import type { V1Pod } from '@kubernetes/client-node';
import { ProviderError } from '../provider-error.js';
import { type Cluster, type Workload } from './cluster.js';
import { costOf, idOf, isLive, ordinalOf, rankOf } from './pods.js';

/** Below every cost that somebody would choose; the range is that of an int32. */
const GO_FIRST = '-2147483647';

/**
 * Ends the pods by lowering the number of replicas so that the controller picks them:
 *
 * 1. Those that are ending already need nothing; that is nobody: done.
 * 2. Fewer live pods than replicas: the controller would just start fewer. Refused until it has caught up.
 * 3. As many as the controller is about to end anyway are not taken off the replicas again.
 * 4. The controller must pick them: the highest ordinals of a StatefulSet; the lowest deletion cost among the pods of a
 *    Deployment, which only counts between pods that are equally far up. Otherwise refused.
 * 5. The number is written if the scale has not changed since it was read, before anything else was looked at.
 */
export async function scaleDown(cluster: Cluster, workload: Workload, ids: readonly string[]): Promise<void> {
  const scale = await cluster.readScale(workload);
  const replicas = scale.spec?.replicas ?? 0;
  const live = (await cluster.listPods(workload)).filter(isLive);
  const [chosen, others] = [
    live.filter((pod) => ids.includes(idOf(pod))),
    live.filter((pod) => !ids.includes(idOf(pod))),
  ];
  if (chosen.length === 0) return;
  if (live.length < replicas) {
    const missing = `${live.length} of ${replicas} pods are there yet`;
    throw new ProviderError(
      'conflict',
      `${nameOf(workload)} is still growing: ${missing}`,
      'It is tried again',
    );
  }
  const fewer = chosen.length - (live.length - replicas);
  if (fewer <= 0) return;
  if (workload.workload === 'statefulsets') checkOrdinals(workload, chosen, others);
  else await letGoFirst(cluster, workload, chosen, others);
  await cluster.writeScale(workload, scale, replicas - fewer);
}

function checkOrdinals(workload: Workload, chosen: readonly V1Pod[], others: readonly V1Pod[]): void {
  const lowest = Math.min(...chosen.map(ordinalOf));
  const above = others.filter((pod) => ordinalOf(pod) > lowest);
  if (above.length === 0) return;
  const names = chosen.map(({ metadata }) => metadata?.name).join(', ');
  throw new ProviderError(
    'cannot-end',
    `${nameOf(workload)} ends its highest ordinals alone, not ${names}`,
    'Use a Deployment, whose pods go in any order, or drain the pod with the highest ordinal',
  );
}

async function letGoFirst(
  cluster: Cluster,
  workload: Workload,
  chosen: readonly V1Pod[],
  others: readonly V1Pod[],
): Promise<void> {
  const highest = Math.max(...chosen.map(rankOf));
  const before = others.filter((pod) => rankOf(pod) < highest);
  if (before.length > 0) {
    const names = before.map(({ metadata }) => metadata?.name).join(', ');
    const remedy = 'It is tried again once they are ready; if they never are, look at them';
    throw new ProviderError(
      'conflict',
      `${nameOf(workload)} would end ${names} first, not being ready`,
      remedy,
    );
  }
  // What an earlier attempt marked that came to nothing.
  for (const pod of others.filter((each) => costOf(each) === GO_FIRST)) {
    await cluster.setDeletionCost(workload, pod, null);
  }
  for (const pod of chosen) await cluster.setDeletionCost(workload, pod, GO_FIRST);
}

export const nameOf = ({ workload, namespace, name }: Workload) =>
  `${workload}/${name} in namespace ${namespace}`;
