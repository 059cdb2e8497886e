import type { Group } from './groups.js';
import type { Offered } from './offered.js';

/** A region loses nodes, with the calls on them. */
export interface Loss {
  readonly region: number;
  /** The first bucket without them. */
  readonly from: number;
  /** The share of its capacity that is left. */
  readonly left: number;
}

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
  /** None unless given. */
  readonly losses?: readonly Loss[];
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
  for (let t = bucket; t < Math.min(buckets, bucket + weights.length); t++) {
    const at = region * buckets + t;
    const weight = (weights[t - bucket] ?? 0) * keptShare(problem, region, bucket, t);
    load[at] = (load[at] ?? 0) + kbps * weight;
  }
}

export function weightsOf({ groups, weights }: Problem, group: number): readonly number[] {
  return groups[group]?.weights ?? weights;
}

/** Of the load that calls which began in a bucket have in a region, what is still there in a later one. */
export function keptShare({ losses = [] }: Problem, region: number, bucket: number, later: number): number {
  let share = 1;
  for (const loss of losses) {
    if (loss.region === region && bucket < loss.from && loss.from <= later) share *= loss.left;
  }
  return share;
}
