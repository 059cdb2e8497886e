import { MAX_LENGTH_MS } from '../world/sessions.js';

/** Parts of a bucket that arrivals and load are taken to be in. */
const PARTS = 30;

/**
 * The mean load in the k-th bucket after theirs (0: the same) of calls that begin evenly over a bucket at one
 * unit in all: the convolution of arrivals with the survival of calls, in buckets.
 */
export function loadWeights(bucketMs: number, survival: (ms: number) => number): number[] {
  const part = bucketMs / PARTS;
  const weights: number[] = [];
  for (let k = 0; k * bucketMs < MAX_LENGTH_MS + bucketMs; k++) {
    let sum = 0;
    for (let lag = 1 - PARTS; lag < PARTS; lag++) {
      const parts = k * PARTS + lag;
      // Of calls that begin in the same part, half have begun.
      const alive = parts < 0 ? 0 : parts === 0 ? survival(part / 3) / 2 : survival(parts * part);
      sum += (PARTS - Math.abs(lag)) * alive;
    }
    weights.push(sum / PARTS ** 2);
  }
  return weights;
}
