import type { PolicyDocument, Spillover } from '@spillway/contracts';

/** A slow part that nobody renews falls to zero in this time, in ms. */
export const INTEGRAL_FADE_MS = 10 * 60_000;

/**
 * What a place in a region costs, in ms of round-trip time: zero while there is room, about as much as the next
 * region is farther away at the target, and a wall from the threshold on, which orders regions by overshoot.
 *
 * @param utilization load ÷ capacity, 0–1 and above.
 * @param integralMs the slow part, see `integralAt`.
 */
export function priceMs(
  utilization: number,
  integralMs: number,
  { price, threshold }: Pick<PolicyDocument, 'price' | 'threshold'>,
): number {
  const slope = Math.max(0, price.gainMs * (utilization - price.target) + integralMs);
  return slope + price.wallMs * Math.max(0, utilization - threshold);
}

/**
 * The slow part of the price as it stands at `nowMs`, both times log time: held for as long as it is valid, then
 * falling in a straight line, on all routers alike, so that losing the autoscaler makes nobody jump.
 */
export function integralAt(
  { integralMs, validForSeconds }: Pick<Spillover, 'integralMs' | 'validForSeconds'>,
  publishedAtMs: number,
  nowMs: number,
): number {
  const overdueMs = nowMs - publishedAtMs - validForSeconds * 1000;
  const left = 1 - Math.max(0, overdueMs) / INTEGRAL_FADE_MS;
  return integralMs * Math.max(0, left);
}
