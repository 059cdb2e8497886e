import { choiceOf, dashboard, row } from './dashboard.mjs';
import { graph } from './panels.mjs';

const OF = '{region="$region"}';
const RATE = '[$__rate_interval]';

/** One curve per node, as its reporter measures it. */
const byNode = (title, unit, metric, options) =>
  graph(title, unit, [[`${metric}${OF}`, '{{node}}']], options);

export const region = dashboard({
  uid: 'spillway-region',
  title: 'Spillway: region',
  description: 'One region: load and price, where its clients go, its nodes and its plans.',
  choices: [choiceOf('region', 'spillway_region_price_ms', 'region')],
  rows: [
    row(
      'Load and price',
      graph('Utilization and demand', 'percentunit', [
        [`region:spillway_utilization:ratio${OF}`, 'utilization'],
        [`region:spillway_demand:ratio${OF}`, 'demand'],
        [`max(spillway_region_overloaded{job="spillway-router", region="$region"})`, 'overloaded'],
      ]),
      graph(
        'Price',
        'ms',
        [
          [`region:spillway_price:ms${OF}`, 'price'],
          [`region:spillway_price_integral:ms${OF}`, 'the slow part of it'],
        ],
        {
          description:
            'The slow part is the autoscaler’s, 400 ms at most; the rest each router adds by itself.',
        },
      ),
    ),
    row(
      'Clients',
      graph(
        'Placed here',
        'reqps',
        [[`sum by (reason) (rate(spillway_placements_total${OF}${RATE}))`, '{{reason}}']],
        { stack: true },
      ),
      graph(
        'Its own, sent to',
        'reqps',
        [[`sum by (to) (rate(spillway_spilled_total{from="$region"}${RATE})) or on() vector(0)`, '{{to}}']],
        { stack: true },
      ),
      graph(
        'Of other regions, come from',
        'reqps',
        [[`sum by (from) (rate(spillway_spilled_total{to="$region"}${RATE})) or on() vector(0)`, '{{from}}']],
        { stack: true },
      ),
    ),
    row(
      'Nodes',
      byNode('Sent', 'bps', 'spillway_node_egress_bps'),
      byNode('Allocations', 'short', 'spillway_node_allocations'),
      byNode('CPU', 'percentunit', 'spillway_node_cpu_ratio', { max: 1 }),
    ),
    row(
      undefined,
      graph(
        'State and freshness',
        'short',
        [[`max by (state, freshness) (spillway_nodes${OF})`, '{{state}}, {{freshness}}']],
        { step: true, stack: true },
      ),
      byNode('Draining', 'short', 'spillway_node_draining', { step: true }),
      byNode('Relay answers', 'short', 'spillway_relay_up', { step: true, max: 1 }),
    ),
    row(
      'Plans',
      graph(
        'Instances',
        'short',
        [
          [`max(spillway_region_desired_instances${OF})`, 'desired by the last plan'],
          [`max(spillway_region_nodes${OF})`, 'nodes known'],
        ],
        { step: true, description: 'Nodes that no provider started are not among the desired instances.' },
      ),
      graph('Steps', 'short', [
        [`sum by (step) (increase(spillway_autoscaler_steps_total${OF}${RATE}))`, '{{step}}'],
      ]),
      graph('What failed', 'short', [
        [`sum(increase(spillway_autoscaler_plans_failed_total${OF}${RATE}))`, 'plans'],
        [`max(spillway_region_failed_boots${OF})`, 'boots in a row'],
      ]),
    ),
  ],
});
