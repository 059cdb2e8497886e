/** Round-trip times are told apart by this, in ms, up to the most there is on Earth. */
const STEP_MS = 0.1;
const MOST_MS = 1_000;

/** The mean and the quantiles of any number of round-trip times. */
export class RttTimes {
  private readonly counts = new Float64Array(MOST_MS / STEP_MS + 1);
  private sum = 0;
  private count = 0;

  add(ms: number): void {
    const step = Math.min(this.counts.length - 1, Math.ceil(ms / STEP_MS));
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    this.sum += ms;
    this.count++;
  }

  get size(): number {
    return this.count;
  }

  /** `null` of nothing. */
  get mean(): number | null {
    return this.count > 0 ? this.sum / this.count : null;
  }

  /** @param share such as 0.95. @returns the least that so many do not exceed, to 0.1 ms; `null` of nothing. */
  quantile(share: number): number | null {
    let left = Math.ceil(share * this.count);
    if (left === 0) return null;
    for (const [step, count] of this.counts.entries()) {
      left -= count;
      if (left <= 0) return step * STEP_MS;
    }
    return MOST_MS;
  }
}
