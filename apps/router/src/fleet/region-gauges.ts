import { integralAt, type FleetRegion } from '@spillway/fleet';
import { Gauge, type Registry } from 'prom-client';
import type { FleetView } from './fleet-view.js';
import { priceAgeSeconds } from './price-age.js';

/** What is read of a region when it is scraped; `null` for what is not known. */
type Reading = (region: FleetRegion, index: number) => number | null | undefined;

/** Gauges of the regions that the policy names. */
export function regionGauges(view: FleetView, registry: Registry): Gauge[] {
  const gauge = (name: string, help: string, read: Reading) =>
    new Gauge({
      name,
      help,
      labelNames: ['region'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [index, region] of [...view.fleet.regions.values()].entries()) {
          const value = read(region, index);
          if (value !== null && value !== undefined) this.set({ region: region.id }, value);
        }
      },
    });
  return [
    gauge(
      'spillway_region_utilization_ratio',
      'Load ÷ capacity of a region with reservations, 0–1 and above; absent while unknown',
      ({ utilization }) => utilization,
    ),
    gauge(
      'spillway_region_demand_ratio',
      'Utilization there would be with all prices at zero, by the autoscaler; absent while unknown',
      ({ spillover }) => spillover?.event.demand,
    ),
    gauge(
      'spillway_region_price_ms',
      'What a place in a region costs, in ms of round-trip time, as this router decides now',
      (_region, index) => view.now()?.priceMs[index],
    ),
    gauge(
      'spillway_region_price_integral_ms',
      "The autoscaler's part of the price, which falls to zero over 10 minutes when it is not renewed",
      ({ spillover }) => spillover && integralAt(spillover.event, spillover.at, view.fleet.now),
    ),
    gauge(
      'spillway_region_price_age_seconds',
      'Since the autoscaler last said its part of the price; absent when it never did',
      (region) => priceAgeSeconds(region, view.fleet.now),
    ),
    gauge('spillway_region_overloaded', 'Overloaded (1), by the autoscaler', ({ overload }) =>
      overload?.event.state === 'entered' ? 1 : 0,
    ),
  ];
}
