import type { Column } from './linear-program.js';
import type { Move, Problem } from './problem.js';

/** Weights below this are left out of the program. */
const LEAST_WEIGHT = 0.002;
/** Savings below this are not worth a column: a tenth of a millisecond of a call. */
const TOLERANCE = 1e-4;

export type Candidate = Pick<Move, 'group' | 'bucket' | 'region' | 'extraMs'>;

/** Who could be sent where, priced by what room is worth: finds those that would save something. */
export class Candidates {
  private readonly heavy: readonly (readonly [bucket: number, weight: number])[];
  private readonly used = new Set<number>();

  constructor(private readonly problem: Problem) {
    this.heavy = [...problem.weights.entries()].filter(([, weight]) => weight >= LEAST_WEIGHT);
  }

  /**
   * The best move of each group and bucket that is not used yet and saves something.
   *
   * @param prices of the capacity rows: what one more kbit/s in a region and bucket would save, 0 or below.
   * @param ofGroup the same of a group and bucket, where its calls are all moved.
   */
  next(prices: Float64Array, ofGroup: (group: number, bucket: number) => number): Candidate[] {
    const { groups, offered } = this.problem;
    const found: Candidate[] = [];
    for (const [group, { home, alternatives }] of groups.entries()) {
      for (let bucket = 0; bucket < offered.buckets; bucket++) {
        if (!offered.kbps[group * offered.buckets + bucket]) continue;
        const saved = -this.priceOf(home, bucket, prices);
        if (saved <= TOLERANCE) continue;
        const left = saved + ofGroup(group, bucket);
        let best: Candidate | undefined;
        let most = TOLERANCE;
        for (const { region, extraMs } of alternatives) {
          const gain =
            left + this.priceOf(region, bucket, prices) - extraMs * this.callsPerKbps(group, bucket);
          if (gain <= most || this.used.has(this.keyOf(group, bucket, region))) continue;
          most = gain;
          best = { group, bucket, region, extraMs };
        }
        if (best) found.push(best);
      }
    }
    for (const { group, bucket, region } of found) this.used.add(this.keyOf(group, bucket, region));
    return found;
  }

  /** @param groupRow the row that bounds what the group moves in that bucket, if there is one. */
  columnOf({ group, bucket, region, extraMs }: Candidate, groupRow: number | undefined): Column {
    const { groups, offered } = this.problem;
    const { buckets, kbps } = offered;
    const home = groups[group]?.home ?? 0;
    const rows: number[] = [];
    const values: number[] = [];
    for (const [k, weight] of this.heavy) {
      if (bucket + k >= buckets) break;
      rows.push(home * buckets + bucket + k, region * buckets + bucket + k);
      values.push(-weight, weight);
    }
    if (groupRow !== undefined) {
      rows.push(groupRow);
      values.push(1);
    }
    const cost = extraMs * this.callsPerKbps(group, bucket);
    return { cost, upper: kbps[group * buckets + bucket] ?? 0, rows, values };
  }

  private priceOf(region: number, bucket: number, prices: Float64Array): number {
    const { buckets } = this.problem.offered;
    let sum = 0;
    for (const [k, weight] of this.heavy) {
      if (bucket + k >= buckets) break;
      sum += weight * (prices[region * buckets + bucket + k] ?? 0);
    }
    return sum;
  }

  private callsPerKbps(group: number, bucket: number): number {
    const { buckets, calls, kbps } = this.problem.offered;
    return (calls[group * buckets + bucket] ?? 0) / (kbps[group * buckets + bucket] ?? 1);
  }

  private keyOf(group: number, bucket: number, region: number): number {
    return (group * this.problem.offered.buckets + bucket) * this.problem.regions + region;
  }
}
