/** Whether a server answers, as far as the last checks tell. */
export interface Liveness {
  readonly isAnswering: boolean;
  /** Checks in a row that got no answer. */
  readonly misses: number;
}

/** Nothing is known of a server before its first answer, so it does not count as answering. */
export const NEVER_ASKED: Liveness = { isAnswering: false, misses: 0 };

/** One lost packet is no outage. */
export const MISSES_UNTIL_SILENT = 2;

/** One answer brings a server back; `MISSES_UNTIL_SILENT` missing ones in a row take it out. */
export function recordCheck(before: Liveness, isAnswered: boolean): Liveness {
  if (isAnswered) return { isAnswering: true, misses: 0 };
  const misses = before.misses + 1;
  return { isAnswering: before.isAnswering && misses < MISSES_UNTIL_SILENT, misses };
}

/**
 * Milliseconds from the start of one check to the start of the next: an interval after an answer, half of one
 * after a miss. A check lasts half an interval at most, so a dead relay is known as such within two intervals of
 * its last answer and a revived one within half an interval.
 */
export function checkPeriodMs(liveness: Liveness, intervalMs: number): number {
  return liveness.misses === 0 ? intervalMs : intervalMs / 2;
}
