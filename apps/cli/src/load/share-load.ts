import type { Heartbeat } from '@spillway/contracts';

/** What a region can carry, or shall seem to carry; `null` where nobody said. */
export interface Amount {
  readonly bandwidthBps: number | null;
  readonly allocations: number | null;
}

export interface LoadedNode {
  readonly nodeId: string;
  readonly capacity: Heartbeat['capacity'];
}

/** What nodes can carry together, in the parts that are known of every one of them. */
export function sumCapacity(nodes: readonly LoadedNode[]): Amount {
  const sum = (part: keyof Amount) =>
    nodes.reduce<number | null>((total, { capacity }) => {
      const more = capacity[part];
      return total === null || more === null ? null : total + more;
    }, 0);
  return { bandwidthBps: sum('bandwidthBps'), allocations: sum('allocations') };
}

/**
 * Divides a load over nodes by what each can carry, so that all are equally full, and the less so the more there
 * are. What is not known of all of them is left out.
 */
export function shareLoad(
  utilization: number,
  original: Amount,
  nodes: readonly LoadedNode[],
): Map<string, { bandwidthBps: number; allocations: number }> {
  const present = sumCapacity(nodes);
  const share = (part: keyof Amount, own: number | null) => {
    const [total, all] = [original[part], present[part]];
    return total === null || all === null || own === null ? 0 : Math.round((utilization * total * own) / all);
  };
  return new Map(
    nodes.map(({ nodeId, capacity }) => [
      nodeId,
      {
        bandwidthBps: share('bandwidthBps', capacity.bandwidthBps),
        allocations: share('allocations', capacity.allocations),
      },
    ]),
  );
}
