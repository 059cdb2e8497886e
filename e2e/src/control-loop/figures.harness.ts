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

/** Spearman's rank correlation of a list with its own order: -1 for one that falls all the way. */
export function trendOf(values: readonly number[]): number {
  const n = values.length;
  const ranks = values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same - 1) / 2;
  });
  const meanRank = (n - 1) / 2;
  const covariance = ranks.reduce((total, rank, index) => total + (rank - meanRank) * (index - meanRank), 0);
  const spread = ranks.reduce((total, rank) => total + (rank - meanRank) ** 2, 0);
  const full = ranks.reduce((total, _, index) => total + (index - meanRank) ** 2, 0);
  return spread === 0 ? 0 : covariance / Math.sqrt(spread * full);
}

/** For a line of figures. */
export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`;
