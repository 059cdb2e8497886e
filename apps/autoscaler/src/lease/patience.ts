/** Milliseconds to wait after the first term that ended in a fault, doubled with each, and at most. */
const FIRST_MS = 1_000;
const LAST_MS = 30_000;
/** A term that lasted this long was a good one. */
const GOOD_MS = 60_000;

/** Keeps one that cannot lead from taking the lease again and again, so that another may. Times are monotonic. */
export class Patience {
  private faults = 0;
  private takenAtMs = 0;
  private untilMs = 0;

  taken(nowMs: number): void {
    this.takenAtMs = nowMs;
  }

  /** A term ended in a fault of one's own. */
  lost(nowMs: number): void {
    if (nowMs - this.takenAtMs >= GOOD_MS) this.faults = 0;
    this.untilMs = nowMs + Math.min(LAST_MS, FIRST_MS * 2 ** this.faults++);
  }

  isOver(nowMs: number): boolean {
    return nowMs >= this.untilMs;
  }
}
