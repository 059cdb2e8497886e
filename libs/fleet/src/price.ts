import type { PolicyDocument, Spillover } from '@spillway/contracts';
import { mix32 } from './hash.js';

/** A slow part that nobody renews falls to zero in this time, in ms. */
export const INTEGRAL_FADE_MS = 10 * 60_000;

/** Credentials that a region must hold for the policy's gain and wall to be its own; with fewer they are weaker, … */
const FULL_STRENGTH_CREDENTIALS = 3_300;
/** … but no weaker than this. */
const LEAST_STRENGTH = 0.1;
/** So many credentials' load below the policy's target a region is kept, but no more than `MAX_MARGIN`. */
const MARGIN_CREDENTIALS = 30;
const MAX_MARGIN = 0.05;
/** So far below the policy's target a place costs nothing, whatever the slow part still is, … */
const FREE_BELOW_TARGET = 0.08;
/** … less so many credentials' load, which may have ended since it was measured, and less no more than that. */
const FREE_CREDENTIALS = 10;
const MAX_FREE_MARGIN = 0.02;
/** A region that holds as many asks the same of all of its own clients. */
const NO_SPREAD_CREDENTIALS = 3_300;
/** However small it is, none of them is asked less than a tenth. */
const MAX_SPREAD = 0.9;

/** How the price of one region rises with its utilization. */
export interface PriceCurve {
  /** The slow part moves until the utilization is here. */
  readonly target: number;
  readonly gainMs: number;
  readonly wallMs: number;
  readonly threshold: number;
  /** Up to here a place costs nothing. */
  readonly freeUpTo: number;
  /** The share of the price by which its own clients are asked more or less, on average: see `spreadFactor`. */
  readonly spread: number;
}

/**
 * The policy's curve, for a region of this size. The load of few calls wanders by chance: against a price as steep as
 * a large region's, each call that begins or ends would send away, or take back, all clients of the same town.
 *
 * @param holds credentials whose load the region holds, see `FleetRegion`.
 */
export function priceCurve(
  { price, threshold }: Pick<PolicyDocument, 'price' | 'threshold'>,
  holds: number,
): PriceCurve {
  const strength = Math.min(1, Math.max(LEAST_STRENGTH, holds / FULL_STRENGTH_CREDENTIALS));
  return {
    target: price.target - Math.min(MAX_MARGIN, MARGIN_CREDENTIALS / holds),
    gainMs: price.gainMs * strength,
    wallMs: price.wallMs * strength,
    threshold,
    freeUpTo: price.target - FREE_BELOW_TARGET + Math.min(MAX_FREE_MARGIN, FREE_CREDENTIALS / holds),
    spread: Math.min(MAX_SPREAD, Math.max(0, 1 - holds / NO_SPREAD_CREDENTIALS)),
  };
}

/** Apart from what nodes are drawn by. */
const SPREAD_SALT = 0x85ebca6b;

/**
 * What a region's price is multiplied with for one of its own clients: 1 on average, and exponentially distributed about
 * `1 - spread`. Those of a small region live in few towns: one price for all sends away the whole of a town or nobody,
 * prices about it send away a part. Were they all alike, it would take 4.8 times the price that sends away a quarter to
 * send away three quarters (`spread` 1), so that chance in the load moves few.
 *
 * @param spread 0–0.9.
 * @param seed of the decision: the same in a replay.
 */
export function spreadFactor(spread: number, seed: number): number {
  const share = mix32(seed ^ SPREAD_SALT) / 0x100000000;
  return 1 - spread - spread * Math.log(1 - share);
}

/**
 * What a place in a region costs, in ms of round-trip time: zero while there is room, about as much as the next
 * region is farther away at the target, and a wall from the threshold on, which orders regions by overshoot.
 *
 * @param utilization load ÷ capacity, 0–1 and above.
 * @param integralMs the slow part, see `integralAt`.
 */
export function priceMs(utilization: number, integralMs: number, curve: PriceCurve): number {
  if (utilization <= curve.freeUpTo) return 0;
  const slope = Math.max(0, curve.gainMs * (utilization - curve.target) + integralMs);
  return slope + curve.wallMs * Math.max(0, utilization - curve.threshold);
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
