/** How well a node's state is known, by the age of its last heartbeat. */
export type Freshness = 'fresh' | 'suspect' | 'unknown';

/** A node is suspect after this many of its own intervals without a heartbeat … */
export const SUSPECT_AFTER_INTERVALS = 2.5;
/** … and unknown, never handed out, after this many. */
export const UNKNOWN_AFTER_INTERVALS = 5;
/** Silent for this long on the log it is forgotten, so that nodes that are gone for good do not pile up. */
export const FORGET_AFTER_MS = 10 * 60_000;

/** Log time at which a node last heard at `since` leaves `freshness` for the next worse state, in ms. */
export function freshnessDeadline(freshness: 'fresh' | 'suspect', since: number, intervalMs: number): number {
  const intervals = freshness === 'fresh' ? SUSPECT_AFTER_INTERVALS : UNKNOWN_AFTER_INTERVALS;
  return since + intervals * intervalMs;
}
