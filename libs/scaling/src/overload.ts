import type { PolicyDocument, RegionControl } from '@spillway/contracts';

export type OverloadMemory = Pick<RegionControl, 'overload' | 'highSinceMs'>;

/** What is announced when a region's overload begins or ends. */
export interface OverloadChange {
  readonly state: 'entered' | 'cleared';
  /** The demand it was judged by. */
  readonly utilization: number;
  readonly threshold: number;
  /** Log time in ms: for `entered`, when demand reached the threshold. */
  readonly sinceMs: number;
}

/**
 * Whether a region is overloaded, by its demand, so that spilling does not hide it.
 *
 * 1. Unknown demand changes nothing, and the dwell time begins anew after it.
 * 2. Entered once demand has been at or over the threshold, without a break, for the dwell time.
 * 3. Cleared once demand is at or under `leave`.
 */
export function nextOverload(
  { overload, highSinceMs }: OverloadMemory,
  demand: number | null,
  { threshold, overload: { leave, dwellSeconds } }: Pick<PolicyDocument, 'threshold' | 'overload'>,
  now: number,
): OverloadMemory {
  if (demand === null) return { overload, highSinceMs: null };
  const highSince = demand >= threshold ? (highSinceMs ?? now) : null;
  if (overload?.state === 'entered') {
    const isOver = demand > leave;
    return { overload: isOver ? overload : { state: 'cleared', sinceMs: now }, highSinceMs: highSince };
  }
  const isEntered = highSince !== null && now - highSince >= dwellSeconds * 1000;
  return {
    overload: isEntered ? { state: 'entered', sinceMs: highSince } : overload,
    highSinceMs: highSince,
  };
}

/** What there is to announce; `undefined` when nothing changed. */
export function overloadChange(
  before: RegionControl['overload'],
  after: RegionControl['overload'],
  demand: number | null,
  threshold: number,
): OverloadChange | undefined {
  if (!after || demand === null || after.state === (before?.state ?? 'cleared')) return undefined;
  return { ...after, utilization: demand, threshold };
}
