/** Times that answers took, in milliseconds. */
export class Latencies {
  private readonly sorted: readonly number[];

  constructor(ms: readonly number[]) {
    this.sorted = ms.toSorted((a, b) => a - b);
  }

  /** @param share 0–1: 0.99 for the time that 99 of 100 were below. */
  at(share: number): number {
    return this.sorted[Math.min(this.sorted.length - 1, Math.floor(this.sorted.length * share))] ?? NaN;
  }

  get count(): number {
    return this.sorted.length;
  }

  /** As in a table. */
  describe(): string {
    const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => this.at(share).toFixed(2));
    return `p50 ${p50} ms, p99 ${p99} ms, p99.9 ${p999} ms`;
  }
}
