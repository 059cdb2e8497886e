import type { Column } from './linear-program.js';
import { keptShare, weightsOf, type Move, type Problem } from './problem.js';

/** Weights below this are left out of the program. */
const LEAST_WEIGHT = 0.002;
/** Savings below this are not worth a column: a tenth of a millisecond of a call. */
const TOLERANCE = 1e-4;

export type Candidate = Pick<Move, 'group' | 'bucket' | 'region' | 'extraMs'>;

/** Who could be sent where, priced by what room is worth: finds those that would save something. */
export class Candidates {
  private readonly used = new Set<number>();

  constructor(private readonly problem: Problem) {}

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
        const saved = -this.priceOf({ group, bucket, region: home }, prices);
        if (saved <= TOLERANCE) continue;
        const left = saved + ofGroup(group, bucket);
        let best: Candidate | undefined;
        let most = TOLERANCE;
        for (const { region, extraMs } of alternatives) {
          const gain =
            left +
            this.priceOf({ group, bucket, region }, prices) -
            extraMs * this.callsPerKbps(group, bucket);
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
    for (const [row, weight] of this.loads({ group, bucket, region: home })) {
      rows.push(row);
      values.push(-weight);
    }
    for (const [row, weight] of this.loads({ group, bucket, region })) {
      rows.push(row);
      values.push(weight);
    }
    if (groupRow !== undefined) {
      rows.push(groupRow);
      values.push(1);
    }
    const cost = extraMs * this.callsPerKbps(group, bucket);
    return { cost, upper: kbps[group * buckets + bucket] ?? 0, rows, values };
  }

  private priceOf(move: Pick<Move, 'group' | 'bucket' | 'region'>, prices: Float64Array): number {
    let sum = 0;
    for (const [row, weight] of this.loads(move)) sum += weight * (prices[row] ?? 0);
    return sum;
  }

  /** The rows that a kbit/s of these calls is in, and how much of it. */
  private *loads({
    group,
    bucket,
    region,
  }: Pick<Move, 'group' | 'bucket' | 'region'>): Generator<[number, number]> {
    const weights = weightsOf(this.problem, group);
    const { buckets } = this.problem.offered;
    for (let t = bucket; t < Math.min(buckets, bucket + weights.length); t++) {
      const weight = weights[t - bucket] ?? 0;
      const kept = keptShare(this.problem, region, bucket, t);
      if (weight < LEAST_WEIGHT || kept === 0) return;
      yield [region * buckets + t, weight * kept];
    }
  }

  private callsPerKbps(group: number, bucket: number): number {
    const { buckets, calls, kbps } = this.problem.offered;
    return (calls[group * buckets + bucket] ?? 0) / (kbps[group * buckets + bucket] ?? 1);
  }

  private keyOf(group: number, bucket: number, region: number): number {
    return (group * this.problem.offered.buckets + bucket) * this.problem.regions + region;
  }
}
