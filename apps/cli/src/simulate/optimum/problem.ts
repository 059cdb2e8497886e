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
export function homeLoad({ groups, offered, regions, weights }: Problem): Float64Array {
  const { buckets, kbps } = offered;
  const load = new Float64Array(regions * buckets);
  for (const [g, { home }] of groups.entries()) {
    for (let s = 0; s < buckets; s++) {
      addLoad(load.subarray(home * buckets, (home + 1) * buckets), s, kbps[g * buckets + s] ?? 0, weights);
    }
  }
  return load;
}

/** Adds what calls of one bucket carry in theirs and those after. */
export function addLoad(load: Float64Array, bucket: number, kbps: number, weights: readonly number[]): void {
  const end = Math.min(load.length, bucket + weights.length);
  for (let t = bucket; t < end; t++) load[t] = (load[t] ?? 0) + kbps * (weights[t - bucket] ?? 0);
}
