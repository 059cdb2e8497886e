/**
 * The fold's time: the log's own, kept from running backwards, plus the monotonic time since its last entry. All in
 * milliseconds; the monotonic readings come from the caller. What it tells is whole: a decision's time is written to
 * the log, and must be the same when it is read.
 */
export class LogClock {
  private lastEntryAt = 0;
  private logTime = 0;
  private readAt = 0;

  /**
   * Takes note of an entry written at `at`.
   * @returns when it was written, by a log that never runs backwards. Unlike `now` this is the same however late
   * the entry is read.
   */
  observe(at: number, monotonicMs: number): number {
    this.lastEntryAt = Math.max(this.lastEntryAt, at);
    this.logTime = Math.max(this.lastEntryAt, this.exactly(monotonicMs));
    this.readAt = monotonicMs;
    return this.lastEntryAt;
  }

  /** Before the first entry, where the time is known otherwise: a replay's is told with every decision. */
  begin(logTime: number, monotonicMs: number): void {
    this.logTime = logTime;
    this.readAt = monotonicMs;
  }

  /** 0 until the first entry. */
  now(monotonicMs: number): number {
    return Math.floor(this.exactly(monotonicMs));
  }

  /** With the fraction, which many entries in one millisecond would wear away. */
  private exactly(monotonicMs: number): number {
    return this.logTime === 0 ? 0 : this.logTime + Math.max(0, monotonicMs - this.readAt);
  }
}
