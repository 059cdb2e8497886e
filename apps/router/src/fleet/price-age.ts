import type { FleetRegion } from '@spillway/fleet';

/** Seconds of log time since the autoscaler said its part of the region's price; `null` when it never did. */
export function priceAgeSeconds({ spillover }: FleetRegion, nowMs: number): number | null {
  return spillover ? Math.max(0, (nowMs - spillover.at) / 1000) : null;
}

/** Seconds the autoscaler's part of a price is known for beyond its validity, the largest of all; 0 while all are valid. */
export function pricesOverdueSeconds(regions: Iterable<FleetRegion>, nowMs: number): number {
  let overdue = 0;
  for (const { spillover } of regions) {
    if (!spillover) continue;
    overdue = Math.max(overdue, (nowMs - spillover.at) / 1000 - spillover.event.validForSeconds);
  }
  return overdue;
}
