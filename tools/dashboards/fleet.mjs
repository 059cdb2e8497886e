import { dashboard, row } from './dashboard.mjs';
import { badFrom, figure, goodFrom, graph } from './panels.mjs';

const byRegion = (title, unit, expr, options) => graph(title, unit, [[expr, '{{region}}']], options);

export const fleet = dashboard({
  uid: 'spillway-fleet',
  title: 'Spillway: fleet',
  description: 'All regions side by side: how full, how dear, who is sent elsewhere.',
  rows: [
    row(
      undefined,
      figure('Requests', 'reqps', 'spillway:requests:rate5m', [['green', null]]),
      figure('Failed', 'percentunit', 'spillway:requests_failed:ratio_rate5m', badFrom(0.01), {
        description: 'no-capacity, not-ready, internal. What the client did wrong does not count.',
      }),
      figure('Nodes serving', 'short', 'sum(region:spillway_nodes_serving:count)', goodFrom(1)),
      figure('Nodes lost', 'short', 'sum(region:spillway_nodes_lost:count) or vector(0)', badFrom(1)),
      figure('Leaders', 'short', 'sum(spillway_autoscaler_is_leader)', goodFrom(1)),
      figure(
        'Alerts',
        'short',
        'count(ALERTS{alertname=~"Spillway.+", alertstate="firing"}) or vector(0)',
        badFrom(1),
      ),
    ),
    row(
      'Regions',
      byRegion('Utilization', 'percentunit', 'region:spillway_utilization:ratio', {
        description:
          'Load ÷ capacity, with what was issued a moment ago. Clients begin to go elsewhere near 80 %.',
      }),
      byRegion('Demand', 'percentunit', 'region:spillway_demand:ratio', {
        description: "What the region's own clients would put there at no price.",
      }),
      byRegion('Price', 'ms', 'region:spillway_price:ms', {
        description: 'Milliseconds of round trip that a place there costs.',
      }),
    ),
    row(
      undefined,
      byRegion('Served elsewhere', 'percentunit', 'region:spillway_spill:ratio_rate5m', {
        description: "The share of a region's own clients that is sent to another one because of the price.",
      }),
      byRegion('Clients placed', 'reqps', 'region:spillway_placements:rate5m', { stack: true }),
      byRegion('Nodes serving', 'short', 'region:spillway_nodes_serving:count', { step: true }),
    ),
    row(
      'Nodes',
      byRegion('Sent', 'bps', 'region:spillway_node_egress_bps:sum'),
      byRegion('Allocations', 'short', 'region:spillway_node_allocations:sum', { stack: true }),
      byRegion('CPU of the busiest node', 'percentunit', 'max by (region) (spillway_node_cpu_ratio)', {
        max: 1,
      }),
    ),
    row(
      undefined,
      graph(
        'State and freshness',
        'short',
        [
          [
            'sum by (state, freshness) (max by (region, state, freshness) (spillway_nodes))',
            '{{state}}, {{freshness}}',
          ],
        ],
        { step: true, stack: true, description: 'As the router sees it that sees most.' },
      ),
      graph(
        'Not handed out',
        'short',
        [
          [
            'sum(max by (region, software) (spillway_nodes_below_floor)) or vector(0)',
            'below the version floor',
          ],
          ['sum(spillway_node_draining)', 'draining'],
          ['sum(spillway_relay_up == bool 0)', 'relay does not answer'],
        ],
        { step: true },
      ),
    ),
  ],
});
