import type { Arrival } from './demand.harness.js';

/** Share of a region's own clients that were served elsewhere, 0–1, in windows of `windowMs`; `NaN` without any. */
export function spillShares(arrivals: readonly Arrival[], home: string, windowMs: number): number[] {
  const totals: number[] = [];
  const spilled: number[] = [];
  for (const { atMs, client, served } of arrivals) {
    if (client.home !== home || served === undefined) continue;
    const window = Math.floor(atMs / windowMs);
    totals[window] = (totals[window] ?? 0) + 1;
    if (served !== home) spilled[window] = (spilled[window] ?? 0) + 1;
  }
  return Array.from(totals, (total, window) => (spilled[window] ?? 0) / (total ?? 0));
}

/** Moves of a share between below 25 % and above 75 %, there or back. */
export function countFlaps(shares: readonly number[]): number {
  let flaps = 0;
  let side: 'low' | 'high' | undefined;
  for (const share of shares) {
    const now = share < 0.25 ? 'low' : share > 0.75 ? 'high' : side;
    if (side !== undefined && now !== side) flaps++;
    side = now;
  }
  return flaps;
}

/** The largest difference between neighbours; windows without arrivals are passed over. */
export function largestStep(shares: readonly number[]): number {
  const known = shares.filter((share) => !Number.isNaN(share));
  return Math.max(0, ...known.slice(1).map((share, index) => Math.abs(share - (known[index] ?? share))));
}

/**
 * How well a number tells one group from another: the chance that a member of `lower` has the smaller one (ties
 * count half), the area under the ROC curve. 1 is perfect, 0.5 is no relation.
 */
export function separation(lower: readonly number[], higher: readonly number[]): number {
  const sorted = [...higher].sort((a, b) => a - b);
  let wins = 0;
  for (const value of lower) {
    const notAbove = countWhile(sorted, (other) => other <= value);
    const below = countWhile(sorted, (other) => other < value);
    wins += sorted.length - notAbove + (notAbove - below) / 2;
  }
  return wins / (lower.length * higher.length);
}

/** Members at the front of a sorted list for which the condition holds, by bisection. */
function countWhile(sorted: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] ?? Number.NaN)) low = middle + 1;
    else high = middle;
  }
  return low;
}
