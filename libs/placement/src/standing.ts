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
  /** Of each region, by its number, the revision that it was last reckoned at. */
  private readonly seen: Int32Array;
  /** By the region's number. */
  private readonly indexes: Int32Array;
  /** Log time up to which time alone does not change it. */
  private readonly steadyUntil: Float64Array;
  /** The earliest of them. */
  private allSteadyUntil = -Infinity;

  /** @param revisions of all regions of the policy in force, by their numbers. */
  constructor(
    private readonly regions: readonly FleetRegion[],
    private readonly policy: PolicyDocument,
    private readonly revisions: ArrayLike<number>,
  ) {
    this.prices = new Float64Array(regions.length);
    this.spread = new Float64Array(regions.length);
    this.fullness = new Uint8Array(regions.length);
    this.isServed = regions.map(() => false);
    const { prices: priceMs, spread, fullness, isServed } = this;
    this.standing = { priceMs, spread, fullness, isServed };
    this.held = Float64Array.from(regions, ({ holds }) => holds);
    this.curves = regions.map(({ holds }) => priceCurve(policy, holds));
    this.seen = Int32Array.from(revisions);
    this.indexes = new Int32Array(revisions.length).fill(-1);
    regions.forEach(({ number }, i) => (this.indexes[number] = i));
    this.steadyUntil = new Float64Array(regions.length).fill(-Infinity);
  }

  at(now: number): Standing {
    const { seen, revisions, indexes } = this;
    for (let number = 0; number < seen.length; number++) {
      const revision = revisions[number] ?? 0;
      if (seen[number] === revision) continue;
      seen[number] = revision;
      this.reckon(indexes[number] ?? -1, now);
    }
    if (now > this.allSteadyUntil) this.letPass(now);
    return this.standing;
  }

  private letPass(now: number): void {
    const { steadyUntil } = this;
    for (let i = 0; i < steadyUntil.length; i++) if (now > (steadyUntil[i] ?? 0)) this.reckon(i, now);
    this.allSteadyUntil = Math.min(...steadyUntil);
  }

  private reckon(index: number, now: number): void {
    const region = this.regions[index];
    if (!region) return;
    const curve = this.curveOf(index, region);
    this.prices[index] = priceBy(curve, region, now);
    this.spread[index] = curve.spread;
    this.fullness[index] = fullnessOf(region, this.policy);
    this.isServed[index] = region.usable.length > 0;
    const steadyUntil = steadyUntilAt(region, now);
    this.steadyUntil[index] = steadyUntil;
    this.allSteadyUntil = Math.min(this.allSteadyUntil, steadyUntil);
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
