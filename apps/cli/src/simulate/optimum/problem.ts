import type { Group } from './groups.js';
import type { Offered } from './offered.js';

/** What the optimum is asked for. Loads in kbit/s, at `region · buckets + bucket`. */
export interface Problem {
  readonly groups: readonly Group[];
  readonly offered: Offered;
  readonly capacityKbps: Float64Array;
  readonly regions: number;
  /** See `loadWeights`. */
  readonly weights: readonly number[];
  /** Regions are to stay at or below this. */
  readonly target: number;
  /** The bucket from which a region is gone for good: what began there earlier is there no more. None unless given. */
  readonly goneFrom?: ReadonlyMap<number, number>;
}

/** Calls of a group and a bucket that are sent away from home. */
export interface Move {
  readonly group: number;
  readonly bucket: number;
  readonly region: number;
  readonly extraMs: number;
  readonly kbps: number;
  readonly calls: number;
}

export interface Assignment {
  readonly moves: readonly Move[];
  /** Load of each region and bucket. */
  readonly loadKbps: Float64Array;
}

/** The load of each region and bucket with everybody at home. */
export function homeLoad(problem: Problem): Float64Array {
  const { groups, offered, regions } = problem;
  const { buckets, kbps } = offered;
  const load = new Float64Array(regions * buckets);
  for (const [group, { home }] of groups.entries()) {
    for (let bucket = 0; bucket < buckets; bucket++) {
      const amount = kbps[group * buckets + bucket] ?? 0;
      if (amount > 0) addLoad(problem, load, { group, bucket, region: home }, amount);
    }
  }
  return load;
}

/** Adds what calls of one group and bucket carry in a region, in their bucket and those after. */
export function addLoad(
  problem: Problem,
  load: Float64Array,
  { group, bucket, region }: Pick<Move, 'group' | 'bucket' | 'region'>,
  kbps: number,
): void {
  const { buckets } = problem.offered;
  const weights = weightsOf(problem, group);
  const end = Math.min(endIn(problem, region, bucket), bucket + weights.length);
  for (let t = bucket; t < end; t++) {
    const at = region * buckets + t;
    load[at] = (load[at] ?? 0) + kbps * (weights[t - bucket] ?? 0);
  }
}

export function weightsOf({ groups, weights }: Problem, group: number): readonly number[] {
  return groups[group]?.weights ?? weights;
}

/** The bucket before which the load of calls in a region ends at the latest. */
export function endIn({ offered, goneFrom }: Problem, region: number, bucket: number): number {
  const gone = goneFrom?.get(region) ?? Infinity;
  return bucket < gone ? Math.min(offered.buckets, gone) : offered.buckets;
}
