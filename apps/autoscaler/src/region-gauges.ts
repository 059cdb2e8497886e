import type { RegionControl } from '@spillway/contracts';
import type { FleetRegion } from '@spillway/fleet';
import { Gauge, type Registry } from 'prom-client';
import type { Autoscaler } from './autoscaler.js';

type Source = Pick<Autoscaler, 'lease' | 'leadership'> & {
  readonly options: Pick<Autoscaler['options'], 'view'>;
};
type Read = (region: FleetRegion, control: RegionControl | undefined) => number | null | undefined;

const OF_REGION: readonly (readonly [name: string, help: string, read: Read])[] = [
  [
    'spillway_region_utilization_ratio',
    'Load ÷ capacity of a region, 0–1 and above; absent while unknown',
    ({ utilization }) => utilization,
  ],
  ['spillway_region_nodes', 'Nodes known in a region, usable or not', ({ nodeCount }) => nodeCount],
  [
    'spillway_region_price_milliseconds',
    'Price of a region as it was last announced',
    ({ spillover }) => spillover?.event.priceMs,
  ],
  [
    'spillway_region_demand_ratio',
    'Utilization a region would have with all prices at zero; only from the one that leads',
    (_, control) => control?.demand,
  ],
  [
    'spillway_region_integral_milliseconds',
    'The slow part of a region’s price; only from the one that leads',
    (_, control) => control?.integralMs,
  ],
  [
    'spillway_region_overloaded',
    'Whether a region is overloaded; only from the one that leads',
    (_, control) => control && Number(control.overload?.state === 'entered'),
  ],
  [
    'spillway_region_desired_instances',
    'Instances the last plan of a region asks for; only from the one that leads',
    (_, control) => control?.plan?.desired,
  ],
  [
    'spillway_region_failed_boots',
    'Instances in a row that were ordered and never served; only from the one that leads',
    (_, control) => control?.failedBoots,
  ],
  [
    'spillway_region_plan_revision',
    'Revision of the last plan of a region; only from the one that leads',
    (_, control) => control?.revision,
  ],
];

/** Gauges that are read when they are scraped. */
export function registerGauges(registry: Registry, source: () => Source): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | null) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        // A gauge without a value would be shown as 0.
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  gauge('spillway_link_up', 'Connected to NATS (1) or not (0)', () =>
    Number(source().options.view.link === 'up'),
  );
  gauge('spillway_autoscaler_is_leader', 'Whether this autoscaler holds the lease', () =>
    Number(source().lease.term?.isCurrent ?? false),
  );
  gauge(
    'spillway_autoscaler_lease_generation',
    'Generation of the lease as it was last read; absent while unknown',
    () => source().lease.lastSeen?.generation ?? null,
  );
  gauge(
    'spillway_log_lag_seconds',
    'From the writing of the last entry of the log to its reading; absent before the first',
    () => {
      const { lagMs } = source().options.view;
      return lagMs === undefined ? null : lagMs / 1000;
    },
  );
  gauge(
    'spillway_log_silence_seconds',
    'Since the last entry of the log was read',
    () => source().options.view.silenceOfLogMs / 1000,
  );
  for (const [name, help, read] of OF_REGION) registerOfRegion(name, help, registry, source, read);
}

function registerOfRegion(
  name: string,
  help: string,
  registry: Registry,
  source: () => Source,
  read: Read,
): void {
  const gauge: Gauge<'region'> = new Gauge({
    name,
    help,
    labelNames: ['region'],
    registers: [registry],
    collect() {
      const { options, leadership } = source();
      gauge.reset();
      for (const [id, region] of options.view.fleet.regions) {
        const value = read(region, leadership.regions?.runners.get(id)?.latest);
        if (value !== null && value !== undefined) gauge.set({ region: id }, value);
      }
    },
  });
}
