import { dashboard, row } from './dashboard.mjs';
import { graph, table } from './panels.mjs';

const RATE = '[$__rate_interval]';
const DAY_SECONDS = 86_400;

export const incident = dashboard({
  uid: 'spillway-incident',
  title: 'Spillway: incident',
  description: 'Something is wrong: what fires, and whose fault it is. Read it from top to bottom.',
  rows: [
    row(
      'What fires',
      table(
        'Alerts',
        'count by (alertname, alertstate, region, instance, node, severity) (ALERTS{alertname=~"Spillway.+"}) or on() vector(0)',
        { description: 'Each has a page in docs/runbooks. A single row without a name: none.' },
      ),
      table('Processes that do not answer', '(up{job=~"spillway-.+"} == 0) or on() vector(0)', {
        description: 'A single row without a name: all answer.',
      }),
    ),
    row(
      'Do clients get a relay?',
      graph('Requests that fail', 'reqps', [
        [`sum by (code) (rate(spillway_requests_total{code!="ok"}${RATE})) or on() vector(0)`, '{{code}}'],
      ]),
      graph('Time to answer, 99 of 100', 's', [
        ['face:spillway_request_duration_seconds:p99_rate5m', '{{face}}'],
      ]),
      graph('Utilization', 'percentunit', [['region:spillway_utilization:ratio', '{{region}}']]),
    ),
    row(
      'Is it NATS?',
      graph('Processes without a link', 'short', [['sum by (job) (spillway_link_up == bool 0)', '{{job}}']], {
        step: true,
      }),
      graph('Lag of the log', 's', [['max by (job) (spillway_log_lag_seconds)', '{{job}}']]),
      graph('Bus suspect', 'short', [['spillway_bus_suspect', '{{instance}}']], {
        step: true,
        max: 1,
        description: 'Most of the fleet fell silent at once. Needs five nodes at least.',
      }),
    ),
    row(
      'Is it the nodes?',
      graph('Lost', 'short', [['region:spillway_nodes_lost:count or on() vector(0)', '{{region}}']], {
        step: true,
      }),
      graph(
        'Relays that do not answer',
        'short',
        [['sum by (region) (spillway_relay_up == bool 0)', '{{region}}']],
        { step: true },
      ),
      graph(
        'Samples of which something is unknown',
        'short',
        [
          [
            `sum by (region, sampler) (rate(spillway_sample_failures_total${RATE}))`,
            '{{region}} {{sampler}}',
          ],
        ],
        { description: 'Per second.' },
      ),
    ),
    row(
      'Is it the autoscaler?',
      graph('Leaders', 'short', [['sum(spillway_autoscaler_is_leader)', 'leaders']], { step: true }),
      graph(
        'Age of the price',
        's',
        [['max by (region) (spillway_region_price_age_seconds)', '{{region}}']],
        { description: 'Beyond 60 s the autoscaler’s part of it falls to zero.' },
      ),
      graph('What failed', 'short', [
        [`sum by (region) (increase(spillway_autoscaler_plans_failed_total${RATE}))`, 'plans of {{region}}'],
        ['max by (region) (spillway_region_failed_boots)', 'boots in {{region}}'],
        [
          `sum by (provider, code) (increase(spillway_provider_errors_total${RATE})) or on() vector(0)`,
          '{{provider}} {{code}}',
        ],
      ]),
    ),
    row(
      'What will be next?',
      graph('Certificates, days left', 'short', [
        [`(spillway_node_certificate_expiry_timestamp_seconds - time()) / ${DAY_SECONDS}`, '{{node}}'],
      ]),
      graph('Slow part of the price', 'ms', [['region:spillway_price_integral:ms', '{{region}}']], {
        max: 400,
        description: 'At 400 ms steering can do no more.',
      }),
    ),
  ],
});
