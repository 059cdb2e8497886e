import { isBelowFloor, type Fleet } from '@spillway/fleet';
import { Gauge, type Registry } from 'prom-client';
import type { FleetView } from './fleet-view.js';
import { regionGauges } from './region-gauges.js';

/** Gauges that are read from the view when they are scraped. */
export function fleetGauges(view: FleetView, registry: Registry): Gauge[] {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const nodes = new Gauge({
    name: 'spillway_nodes',
    help: 'Nodes known, by region, state and freshness',
    labelNames: ['region', 'state', 'freshness'],
    registers,
    collect() {
      this.reset();
      view.now();
      for (const [region, counts] of countNodes(view.fleet)) {
        for (const [state, byFreshness] of Object.entries(counts)) {
          for (const [freshness, count] of Object.entries(byFreshness)) {
            if (count > 0) this.set({ region, state, freshness }, count);
          }
        }
      }
    },
  });
  return [
    gauge('spillway_link_up', 'Connected to NATS (1) or answering from memory (0)', () =>
      view.link === 'up' ? 1 : 0,
    ),
    gauge('spillway_bus_suspect', 'Most of the fleet fell silent at once and is held (1)', () =>
      view.fleet.isBusSuspect ? 1 : 0,
    ),
    gauge('spillway_log_position', 'Position in the log the view stands at', () => view.fleet.position),
    gauge('spillway_log_lag_seconds', 'From the writing of the last entry of the log to its reading', () =>
      view.fleet.position === 0 ? NaN : view.lagMs / 1000,
    ),
    gauge('spillway_log_silence_seconds', 'Since the last entry of the log was read', () =>
      view.fleet.position === 0 ? NaN : view.silenceOfLogMs / 1000,
    ),
    gauge('spillway_routers_live', 'Routers whose batches are read, this one included', () => {
      view.now();
      return view.fleet.liveRouters();
    }),
    nodes,
    belowFloorGauge(view, registry),
    ...regionGauges(view, registry),
  ];
}

const noCounts = () => {
  const none = () => ({ fresh: 0, suspect: 0, unknown: 0 });
  return { starting: none(), serving: none(), draining: none(), stopped: none() };
};

/** Counted first: told of each of 10,000 nodes, prom-client holds up requests for 10 ms. */
function countNodes({ nodes, regions }: Fleet): Map<string, ReturnType<typeof noCounts>> {
  const byRegion = new Map<string, ReturnType<typeof noCounts>>();
  for (const { heartbeat, freshness } of nodes.values()) {
    // A region the policy does not name is anybody's text: not a label.
    const region = regions.has(heartbeat.region) ? heartbeat.region : 'other';
    let counts = byRegion.get(region);
    if (!counts) byRegion.set(region, (counts = noCounts()));
    counts[heartbeat.state][freshness]++;
  }
  return byRegion;
}

/** Names of software are anybody's text; those that the policy has a floor for are few. */
function belowFloorGauge(view: FleetView, registry: Registry): Gauge {
  return new Gauge({
    name: 'spillway_nodes_below_floor',
    help: 'Nodes heard from that are not handed out because their software is older than versionFloor',
    labelNames: ['region', 'software'],
    registers: [registry],
    collect() {
      this.reset();
      const { fleet } = view;
      for (const { heartbeat, freshness } of fleet.nodes.values()) {
        const { region, software, state } = heartbeat;
        const isThere = freshness !== 'unknown' && state !== 'stopped' && fleet.regions.has(region);
        if (isThere && isBelowFloor(heartbeat, fleet.policy?.versionFloor)) {
          this.inc({ region, software: software.name.toLowerCase() });
        }
      }
    },
  });
}
