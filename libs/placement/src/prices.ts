import type { PolicyDocument } from '@spillway/contracts';
import { INTEGRAL_FADE_MS, integralAt, priceMs, type FleetRegion } from '@spillway/fleet';

/**
 * What a region costs now, in ms. A region whose load is not measured is priced as if it stood at its target, or
 * at what was issued for it where that is more: unknown is never empty.
 */
export function regionPriceMs(region: FleetRegion, policy: PolicyDocument, now: number): number {
  const { utilization, reserved, spillover } = region;
  const integral = spillover ? integralAt(spillover.event, spillover.at, now) : 0;
  return priceMs(utilization ?? Math.max(policy.price.target, reserved), integral, policy);
}

/** The prices of all regions as of the last look, reckoned anew only where something changed. */
export class Prices {
  private readonly ms: Float64Array;
  /** The revision of each region its price was reckoned at. */
  private readonly revisions: Float64Array;
  /** Log time up to which time alone does not change it. */
  private readonly steadyUntil: Float64Array;

  constructor(
    private readonly regions: readonly FleetRegion[],
    private readonly policy: PolicyDocument,
  ) {
    this.ms = new Float64Array(regions.length);
    this.revisions = new Float64Array(regions.length).fill(-1);
    this.steadyUntil = new Float64Array(regions.length);
  }

  /** In the order of the regions; the array is shared: do not write to it. */
  at(now: number): ArrayLike<number> {
    const { regions, ms, revisions, steadyUntil } = this;
    for (let i = 0; i < regions.length; i++) {
      const region = regions[i];
      if (!region || (revisions[i] === region.revision && now <= (steadyUntil[i] ?? 0))) continue;
      ms[i] = regionPriceMs(region, this.policy, now);
      revisions[i] = region.revision;
      steadyUntil[i] = steadyFrom(region, now);
    }
    return ms;
  }
}

/** Until when a price stays as it is at `now` while nothing happens. */
function steadyFrom({ spillover }: FleetRegion, now: number): number {
  if (!spillover) return Infinity;
  const validUntil = spillover.at + spillover.event.validForSeconds * 1000;
  if (now <= validUntil) return validUntil;
  return now < validUntil + INTEGRAL_FADE_MS ? now : Infinity;
}
