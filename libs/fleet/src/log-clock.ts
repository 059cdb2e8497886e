/**
 * The fold's time: the log's own, kept from running backwards, plus the monotonic time since its last entry.
 * All in milliseconds; the monotonic readings come from the caller.
 */
export class LogClock {
  private logTime = 0;
  private readAt = 0;

  observe(at: number, monotonicMs: number): void {
    this.logTime = Math.max(at, this.now(monotonicMs));
    this.readAt = monotonicMs;
  }

  /** 0 until the first entry. */
  now(monotonicMs: number): number {
    return this.logTime === 0 ? 0 : this.logTime + Math.max(0, monotonicMs - this.readAt);
  }
}
