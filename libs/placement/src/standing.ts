import type { PolicyDocument } from '@spillway/contracts';
import {
  INTEGRAL_FADE_MS,
  integralAt,
  priceCurve,
  priceMs,
  type FleetRegion,
  type PriceCurve,
} from '@spillway/fleet';

/** 0: known to be below the threshold; 1: not measured, not known to be at it; 2: at the threshold or above. */
export type Fullness = 0 | 1 | 2;

/** A region whose load is not measured is judged by what was issued for it. */
export function fullnessOf({ measured, reserved }: FleetRegion, { threshold }: PolicyDocument): Fullness {
  if ((measured ?? 0) + reserved >= threshold) return 2;
  return measured === null ? 1 : 0;
}

/**
 * What a region costs now, in ms. A region whose load is not measured is priced as if it stood at its target, or
 * at what was issued for it where that is more: unknown is never empty.
 */
export function regionPriceMs(region: FleetRegion, policy: PolicyDocument, now: number): number {
  return priceBy(priceCurve(policy, region.holds), region, now);
}

function priceBy(curve: PriceCurve, { utilization, reserved, spillover }: FleetRegion, now: number): number {
  const integral = spillover ? integralAt(spillover.event, spillover.at, now) : 0;
  return priceMs(utilization ?? Math.max(curve.target, reserved), integral, curve);
}

/** How the regions stand, whoever asks. All in the order of the regions, and shared: do not write to them. */
export interface Standing {
  /** What a place there costs, in ms. */
  readonly priceMs: ArrayLike<number>;
  /** How far the prices of its own clients are from that: see `spreadFactor`. */
  readonly spread: ArrayLike<number>;
  readonly fullness: ArrayLike<number>;
  /** There is a node that may be handed out. */
  readonly isServed: readonly boolean[];
}

/** Keeps how the regions stood at the last look, and reckons anew only what has changed since. */
export class Standings {
  private readonly prices: Float64Array;
  private readonly spread: Float64Array;
  private readonly fullness: Uint8Array;
  private readonly isServed: boolean[];
  private readonly standing: Standing;
  /** Curves are the same for as long as a region holds as much. */
  private readonly curves: PriceCurve[];
  private readonly held: Float64Array;
  /** The revision of each region that it was last reckoned at. */
  private readonly revisions: Float64Array;
  /** Log time up to which time alone does not change it. */
  private readonly steadyUntil: Float64Array;

  constructor(
    private readonly regions: readonly FleetRegion[],
    private readonly policy: PolicyDocument,
  ) {
    this.prices = new Float64Array(regions.length);
    this.spread = new Float64Array(regions.length);
    this.fullness = new Uint8Array(regions.length);
    this.isServed = regions.map(() => false);
    const { prices: priceMs, spread, fullness, isServed } = this;
    this.standing = { priceMs, spread, fullness, isServed };
    this.held = Float64Array.from(regions, ({ holds }) => holds);
    this.curves = regions.map(({ holds }) => priceCurve(policy, holds));
    this.revisions = new Float64Array(regions.length).fill(-1);
    this.steadyUntil = new Float64Array(regions.length);
  }

  at(now: number): Standing {
    const { regions, revisions, steadyUntil } = this;
    for (let i = 0; i < regions.length; i++) {
      const region = regions[i];
      if (!region || (revisions[i] === region.revision && now <= (steadyUntil[i] ?? 0))) continue;
      const curve = this.curveOf(i, region);
      this.prices[i] = priceBy(curve, region, now);
      this.spread[i] = curve.spread;
      this.fullness[i] = fullnessOf(region, this.policy);
      this.isServed[i] = region.usable.length > 0;
      revisions[i] = region.revision;
      steadyUntil[i] = steadyUntilAt(region, now);
    }
    return this.standing;
  }

  private curveOf(index: number, { holds }: FleetRegion): PriceCurve {
    const known = this.curves[index];
    if (known && this.held[index] === holds) return known;
    const curve = priceCurve(this.policy, holds);
    this.held[index] = holds;
    this.curves[index] = curve;
    return curve;
  }
}

/** Until when a price stays as it is at `now` while nothing happens. */
function steadyUntilAt({ spillover }: FleetRegion, now: number): number {
  if (!spillover) return Infinity;
  const validUntil = spillover.at + spillover.event.validForSeconds * 1000;
  if (now <= validUntil) return validUntil;
  return now < validUntil + INTEGRAL_FADE_MS ? now : Infinity;
}
