import type { Spillover } from '@spillway/contracts';

/** How long routers hold a price that nobody renews, in seconds. */
export const VALID_FOR_SECONDS = 60;
const AT_MOST_EVERY_MS = 1_000;
const AT_LEAST_EVERY_MS = 10_000;

const INTEGRAL_STEP_MS = 0.5;
const RATIO_STEP = 0.005;
const CREDENTIAL_STEP = 0.1;

/** What is said of a region, before it is dated. */
export type Price = Omit<Spillover, 'at'>;

/**
 * Whether a region's price is to be announced now.
 *
 * 1. At once under a new generation: routers hear who decides.
 * 2. Otherwise at most once a second,
 * 3. at least every ten seconds,
 * 4. and in between when it moved: the slow part by 0.5 ms, utilization or demand by 0.005, the load per
 *    credential by 10 %.
 */
export function isPriceDue(
  last: { readonly event: Price; readonly at: number } | undefined,
  next: Price,
  now: number,
): boolean {
  if (!last || last.event.generation !== next.generation) return true;
  const age = now - last.at;
  if (age < AT_MOST_EVERY_MS) return false;
  return age >= AT_LEAST_EVERY_MS || hasMoved(last.event, next);
}

function hasMoved(from: Price, to: Price): boolean {
  const { bandwidthBps, allocations } = from.loadPerCredential;
  return (
    Math.abs(to.integralMs - from.integralMs) >= INTEGRAL_STEP_MS ||
    ratioMoved(from.utilization, to.utilization) ||
    ratioMoved(from.demand, to.demand) ||
    to.target !== from.target ||
    Math.abs(to.loadPerCredential.bandwidthBps - bandwidthBps) > CREDENTIAL_STEP * bandwidthBps ||
    Math.abs(to.loadPerCredential.allocations - allocations) > CREDENTIAL_STEP * allocations
  );
}

function ratioMoved(from: number | null, to: number | null): boolean {
  if (from === null || to === null) return from !== to;
  return Math.abs(to - from) >= RATIO_STEP;
}
