import type { PriceCurve } from '@spillway/fleet';

/** A longer time between two steps is a gap: nothing was observed in it, so nothing is concluded from it. In ms. */
export const MAX_GAP_MS = 10_000;
/** The slow part is never more, in ms of round-trip time. */
export const MAX_INTEGRAL_MS = 400;

/** A surge must not wind the integral up before it can be answered; a lull takes it down faster. */
const MIN_ERROR = -0.1;
const MAX_ERROR = 0.03;
/** More of it would go on rising for as long as calls take to end, and leave the region half empty after each surge. */
const MAX_EXCESS = 0.005;

/** Below the target it falls as if the gain were more by so much for each ms that it is. */
const FALL_PER_MS = 10;

/**
 * One step of the slow part, within 0–400 ms:
 *
 *     dI/dt = (gain · clamp(u − target, 0, 0.03) + wall · clamp(u − threshold, 0, 0.005)) ÷ integralSeconds
 *     dI/dt = (gain + 10 · I) · clamp(u − target, −0.1, 0) ÷ integralSeconds
 *
 * With the gain alone a region whose next one is far away would stand at its wall for the better part of an hour; and
 * one whose next one has become cheaper would send too many away for as long.
 *
 * @param dtMs log time since the last step; no more than `MAX_GAP_MS` of it counts.
 */
export function nextIntegral(
  integralMs: number,
  utilization: number,
  dtMs: number,
  { gainMs, wallMs, target, threshold }: PriceCurve,
  integralSeconds: number,
): number {
  const error = Math.min(MAX_ERROR, Math.max(MIN_ERROR, utilization - target));
  const excess = Math.min(MAX_EXCESS, Math.max(0, utilization - threshold));
  const share = Math.min(Math.max(0, dtMs), MAX_GAP_MS) / 1000 / integralSeconds;
  const moved =
    error < 0
      ? // Solved for the time, so that it is the same however that is cut into steps.
        (integralMs + gainMs / FALL_PER_MS) * Math.exp(FALL_PER_MS * error * share) - gainMs / FALL_PER_MS
      : integralMs + (gainMs * error + wallMs * excess) * share;
  return Math.min(MAX_INTEGRAL_MS, Math.max(0, moved));
}
