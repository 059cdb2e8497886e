/** Keys counted in one window at most; a flood of addresses beyond it shares one count. */
const MAX_KEYS = 100_000;
const OTHERS = '';

/**
 * So many per key in every window of time. A packaged limiter would do, but they answer with promises and keep a
 * timer per key; this is asked on every request and the answer is at hand.
 */
export class FixedWindow {
  private readonly counts = new Map<string, number>();
  private endsAt = 0;

  constructor(readonly lengthMs: number) {}

  /** @returns 0, or the milliseconds to wait until there is room again. */
  take(key: string, limit: number, nowMs: number): number {
    if (nowMs >= this.endsAt) {
      this.counts.clear();
      this.endsAt = nowMs + this.lengthMs;
    }
    const counted = this.counts.size < MAX_KEYS || this.counts.has(key) ? key : OTHERS;
    const count = (this.counts.get(counted) ?? 0) + 1;
    if (count > limit) return this.endsAt - nowMs;
    this.counts.set(counted, count);
    return 0;
  }
}
