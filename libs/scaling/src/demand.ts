import type { Origins, RegionControl } from '@spillway/contracts';
import { addParts, largestShare, NO_PARTS, mapParts, type Parts } from './parts.js';
import type { RegionSignals } from './signals.js';

/** What a region's own clients would put there with all prices at zero. */
export interface Demand {
  /** Load ÷ capacity; `null` when the region's load or capacity is unknown. */
  readonly ratio: number | null;
  readonly load: Parts;
}

/**
 * Demand of every region.
 *
 * 1. What a region carries belongs to the regions that `originsOf` says, by its shares.
 * 2. What the shares leave over, and the share of a region that is not known by that name, is the region's own.
 * 3. A region whose load is unknown adds nothing to the others, and its own demand is unknown.
 */
export function demandOf(
  regions: readonly RegionSignals[],
  originsOf: (region: string) => Origins,
): ReadonlyMap<string, Demand> {
  const loads = new Map<string, Parts>(regions.map(({ id }) => [id, NO_PARTS]));
  const add = (id: string, load: Parts, share: number) =>
    loads.set(id, addParts(loads.get(id) ?? NO_PARTS, load, share));
  for (const { id, isKnown, load } of regions) {
    if (!isKnown) continue;
    const abroad = Object.entries(originsOf(id)).filter(([home]) => home !== id && loads.has(home));
    const total = abroad.reduce((sum, [, share]) => sum + share, 0);
    const scale = total > 1 ? 1 / total : 1;
    for (const [home, share] of abroad) add(home, load, share * scale);
    add(id, load, 1 - total * scale);
  }
  return new Map(
    regions.map(({ id, isKnown, capacity }) => {
      const load = loads.get(id) ?? NO_PARTS;
      return [id, { ratio: isKnown ? largestShare(load, capacity) : null, load }];
    }),
  );
}

/** What a node holds on average; the parts that no node knows are `null`. */
export type NodeCapacity = NonNullable<RegionControl['nodeCapacity']>;

/** `undefined` while there is no usable node that knows what it holds. */
export function meanNodeCapacity({
  capacity,
  usableCount,
}: Pick<RegionSignals, 'capacity' | 'usableCount'>): NodeCapacity | undefined {
  if (usableCount === 0 || capacity.kbps + capacity.allocations === 0) return undefined;
  const mean = (part: number) => (part > 0 ? part / usableCount : null);
  return { kbps: mean(capacity.kbps), allocations: mean(capacity.allocations) };
}

/**
 * A demand in nodes' worth of load: as many nodes as would carry it at a utilization of 1.
 *
 * @param node what a node holds, for a region that has none; without it such a demand is unknown.
 * @returns `null` when unknown.
 */
export function demandInNodes(
  { ratio, load }: Demand,
  { usableCount, isKnown }: Pick<RegionSignals, 'usableCount' | 'isKnown'>,
  node: NodeCapacity | null,
): number | null {
  if (!isKnown) return null;
  if (usableCount > 0) return ratio === null ? null : ratio * usableCount;
  if (load.kbps + load.allocations + load.cpuMilli === 0) return 0;
  if (!node) return null;
  return largestShare(
    load,
    mapParts((part) => (part === 'cpuMilli' ? 1000 : (node[part] ?? 0))),
  );
}
