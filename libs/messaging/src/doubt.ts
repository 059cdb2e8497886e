/** Milliseconds from leaving a server until the next may be left, should it not help: doubled each time. */
const PAUSE_MS = { first: 60_000, last: 600_000 } as const;

/** Whether a server that does not answer is to be left, and how often that may be. Times are monotonic milliseconds. */
export class Doubt {
  private failingSince: number | undefined;
  private leftAt: number | undefined;
  private pauseMs: number = PAUSE_MS.first;

  /** @param limitMs without an answer, that are too many. */
  constructor(private readonly limitMs: number) {}

  answered(now: number): void {
    this.forget();
    if (now - (this.leftAt ?? now) > PAUSE_MS.last) this.leftAt = undefined;
  }

  /** There is no server to be doubted. */
  forget(): void {
    this.failingSince = undefined;
  }

  /** It was asked at `since` and has not answered. @returns whether to leave it, which is then taken to be done. */
  grows(since: number, now: number): boolean {
    this.failingSince ??= since;
    if (now - this.failingSince < this.limitMs) return false;
    if (this.leftAt !== undefined && now - this.leftAt < this.pauseMs) return false;
    this.pauseMs = this.leftAt === undefined ? PAUSE_MS.first : Math.min(this.pauseMs * 2, PAUSE_MS.last);
    this.leftAt = now;
    this.forget();
    return true;
  }
}
