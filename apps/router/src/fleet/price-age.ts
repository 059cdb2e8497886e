import type { FleetRegion } from '@spillway/fleet';

/** Seconds of log time since the autoscaler said its part of the region's price; `null` when it never did. */
export function priceAgeSeconds({ spillover }: FleetRegion, nowMs: number): number | null {
  return spillover ? Math.max(0, (nowMs - spillover.at) / 1000) : null;
}

/** The age of the oldest price that is no longer valid, in seconds; 0 while all are. */
export function stalePriceSeconds(regions: Iterable<FleetRegion>, nowMs: number): number {
  let oldest = 0;
  for (const region of regions) {
    const age = priceAgeSeconds(region, nowMs) ?? 0;
    if (age > (region.spillover?.event.validForSeconds ?? Infinity)) oldest = Math.max(oldest, age);
  }
  return oldest;
}
