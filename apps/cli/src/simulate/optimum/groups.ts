import type { World } from '../world/world.js';

/** Groups of one home, at most; the rest joins those that are most like it. */
const GROUPS_PER_HOME = 24;

export interface Alternative {
  readonly region: number;
  /** Round-trip time beyond home's, ms, mean over the group's people. */
  readonly extraMs: number;
}

/** People of one home region for whom the other regions are about equally far: the optimum treats them alike. */
export interface Group {
  readonly home: number;
  /** Nearest first. */
  readonly alternatives: readonly Alternative[];
  /** How its load goes on, where that is not as usual: see `loadWeights`. */
  readonly weights?: readonly number[];
}

export interface Grouping {
  readonly groups: readonly Group[];
  /** The group of each cell. */
  readonly groupOf: Int32Array;
}

/** Cells on their way to a group: their people, and the extra round-trip time to each region times people. */
interface Cluster {
  readonly home: number;
  readonly cells: number[];
  readonly extras: Float64Array;
  people: number;
}

export function groupCells(world: World): Grouping {
  const groups: Group[] = [];
  const groupOf = new Int32Array(world.cells.length);
  const clusters = [...clusterAlike(world).values()];
  for (const home of world.regions.keys()) {
    const own = clusters.filter((cluster) => cluster.home === home);
    own.sort((a, b) => b.people - a.people);
    const kept = own.slice(0, GROUPS_PER_HOME);
    const centres = kept.map(meanExtras);
    for (const cluster of own.slice(GROUPS_PER_HOME)) {
      const into = kept[mostAlike(meanExtras(cluster), centres)];
      if (into) merge(cluster, into);
    }
    for (const cluster of kept) {
      for (const c of cluster.cells) groupOf[c] = groups.length;
      groups.push({ home, alternatives: alternativesOf(cluster) });
    }
  }
  return { groups, groupOf };
}

/** First those for whom the two next regions are the same, and about as far. */
function clusterAlike({ cells, regions, rttMs, home }: World): Map<string, Cluster> {
  const clusters = new Map<string, Cluster>();
  for (const [c, { population }] of cells.entries()) {
    const h = home[c] ?? 0;
    const row = rttMs.subarray(c * regions.length, (c + 1) * regions.length);
    const extras = row.map((rtt) => rtt - (row[h] ?? 0));
    const order = [...regions.keys()]
      .filter((r) => r !== h)
      .sort((a, b) => (extras[a] ?? 0) - (extras[b] ?? 0));
    const key = [h, ...order.slice(0, 2).map((r) => `${r}:${bucketOf(extras[r] ?? 0)}`)].join('/');
    let cluster = clusters.get(key);
    if (!cluster) {
      cluster = { home: h, cells: [], extras: new Float64Array(regions.length), people: 0 };
      clusters.set(key, cluster);
    }
    const weighted = extras.map((extra) => extra * population);
    merge({ home: h, cells: [c], extras: weighted, people: population }, cluster);
  }
  return clusters;
}

/** The farther, the coarser: who pays 60 ms more does not go because somebody pays 61. */
function bucketOf(extraMs: number): number {
  return Math.floor(6 * Math.log2(1 + extraMs / 5));
}

function merge(from: Cluster, into: Cluster): void {
  into.cells.push(...from.cells);
  into.people += from.people;
  for (const [r, extra] of from.extras.entries()) into.extras[r] = (into.extras[r] ?? 0) + extra;
}

function meanExtras({ extras, people }: Cluster): Float64Array {
  return extras.map((extra) => extra / people);
}

/** What differs far away matters little: nobody is sent there. */
function mostAlike(extras: Float64Array, centres: readonly Float64Array[]): number {
  let best = -1;
  let least = Infinity;
  for (const [i, centre] of centres.entries()) {
    let distance = 0;
    for (const [r, extra] of extras.entries())
      distance += Math.abs(Math.log((5 + extra) / (5 + (centre[r] ?? 0))));
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return best;
}

function alternativesOf(cluster: Cluster): Alternative[] {
  const extras = [...meanExtras(cluster)].map((extraMs, region) => ({ region, extraMs }));
  const others = extras.filter(({ region }) => region !== cluster.home);
  return others.sort((a, b) => a.extraMs - b.extraMs);
}
