/** So many in a second, and as many at once after a pause. */
export class RateLimit {
  private tokens: number;
  private since: number;

  constructor(
    private readonly perSecond: number,
    private readonly nowMs: () => number,
  ) {
    this.tokens = perSecond;
    this.since = nowMs();
  }

  /** @returns whether there is room for one more. */
  take(): boolean {
    const now = this.nowMs();
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.since) / 1000) * this.perSecond);
    this.since = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
