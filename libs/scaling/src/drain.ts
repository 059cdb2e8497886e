import type { FleetNode } from '@spillway/fleet';

/**
 * The nodes to drain, at most `count`: those with the least to wait for.
 *
 * 1. Fewest allocations first; a node that does not tell comes last.
 * 2. Of those, the least utilization; unknown comes last.
 * 3. Of those, the first by id: the same choice whoever makes it.
 * 4. The last node of a zone is passed over while there is another choice.
 *
 * @param serving all nodes of the region that serve; those in `candidates` may be drained.
 */
export function chooseDrains(
  candidates: readonly FleetNode[],
  serving: readonly FleetNode[],
  count: number,
): FleetNode[] {
  const left = new Map<string | null, number>();
  for (const { heartbeat } of serving) left.set(heartbeat.zone, (left.get(heartbeat.zone) ?? 0) + 1);
  const queue = [...candidates].sort(byRemainingWork);
  const chosen: FleetNode[] = [];
  while (chosen.length < count && queue.length > 0) {
    const spareInZone = queue.findIndex(
      ({ heartbeat: { zone } }) => zone === null || (left.get(zone) ?? 0) > 1,
    );
    const [node] = queue.splice(Math.max(0, spareInZone), 1);
    if (!node) break;
    chosen.push(node);
    left.set(node.heartbeat.zone, (left.get(node.heartbeat.zone) ?? 0) - 1);
  }
  return chosen;
}

function byRemainingWork(a: FleetNode, b: FleetNode): number {
  return (
    compare(a.load.allocations, b.load.allocations) ||
    compare(a.measured, b.measured) ||
    (a.id < b.id ? -1 : 1)
  );
}

function compare(a: number | null, b: number | null): number {
  if (a === b) return 0;
  return (a ?? Infinity) < (b ?? Infinity) ? -1 : 1;
}
