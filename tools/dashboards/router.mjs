import { choiceOf, dashboard, row } from './dashboard.mjs';
import { graph } from './panels.mjs';

const IS = 'job="spillway-router", instance=~"$instance"';
const OF = `{${IS}}`;
const RATE = '[$__rate_interval]';
const rate = (metric, labels = IS) => `rate(${metric}{${labels}}${RATE})`;

const byInstance = (title, unit, expr, options) => graph(title, unit, [[expr, '{{instance}}']], options);
const quantile = (q, by) =>
  `histogram_quantile(${q}, sum by (${by}, le) (${rate('spillway_request_duration_seconds_bucket')}))`;

export const router = dashboard({
  uid: 'spillway-router',
  title: 'Spillway: router',
  description: 'What routers are asked, how long they take, and how well they follow the log.',
  choices: [choiceOf('instance', 'up{job="spillway-router"}', 'instance', { isMulti: true })],
  rows: [
    row(
      'Requests',
      graph('By outcome', 'reqps', [[`sum by (code) (${rate('spillway_requests_total')})`, '{{code}}']], {
        stack: true,
      }),
      graph('By face', 'reqps', [[`sum by (face) (${rate('spillway_requests_total')})`, '{{face}}']], {
        stack: true,
      }),
      graph('By tenant', 'reqps', [
        [
          `sum by (tenant, code) (${rate('spillway_tenant_requests_total')}) or on() vector(0)`,
          '{{tenant}} {{code}}',
        ],
      ]),
    ),
    row(
      undefined,
      graph('Time to answer', 's', [
        [quantile(0.5, 'face'), '{{face}}, half'],
        [quantile(0.99, 'face'), '{{face}}, 99 of 100'],
      ]),
      byInstance('Time to answer, 99 of 100', 's', quantile(0.99, 'instance')),
      graph(
        'Clients placed',
        'reqps',
        [[`sum by (reason) (${rate('spillway_placements_total')})`, '{{reason}}']],
        { stack: true },
      ),
    ),
    row(
      'The log',
      byInstance('Lag', 's', `spillway_log_lag_seconds${OF}`, {
        description: 'From the writing of the last entry to its reading. Clocks that differ show here too.',
      }),
      byInstance('Silence', 's', `spillway_log_silence_seconds${OF}`),
      byInstance('Entries', 'short', `sum by (instance) (${rate('spillway_log_entries_total')})`, {
        description: 'Per second.',
      }),
    ),
    row(
      undefined,
      byInstance('Link to NATS', 'short', `spillway_link_up${OF}`, { step: true, max: 1 }),
      byInstance('Routers it hears, itself included', 'short', `spillway_routers_live${OF}`, { step: true }),
      graph(
        'What went wrong',
        'short',
        [
          [
            `sum by (reason) (${rate('spillway_log_rejected_total')}) or on() vector(0)`,
            'rejected {{reason}}',
          ],
          [`sum by (cause) (${rate('spillway_log_gaps_total')}) or on() vector(0)`, 'gap {{cause}}'],
          [`sum(${rate('spillway_decisions_unlogged_total')})`, 'decisions not logged'],
        ],
        { description: 'Per second.' },
      ),
    ),
    row(
      'The policy that is tried beside the one in force',
      graph(
        'By what it agrees on',
        'reqps',
        [[`sum by (agreement) (${rate('spillway_shadow_decisions_total')})`, '{{agreement}}']],
        { stack: true, description: 'Nothing where none is tried.' },
      ),
      graph(
        'Spillovers',
        'reqps',
        [[`sum by (side) (${rate('spillway_shadow_spilled_total')})`, '{{side}}']],
        {
          description: 'Of the requests that both were asked: those given, and its own.',
        },
      ),
      graph('Farther and nearer, by request', 'ms', [
        [
          `sum by (direction) (${rate('spillway_shadow_rtt_ms_total')}) / on() group_left() sum(${rate('spillway_shadow_decisions_total')})`,
          '{{direction}}',
        ],
      ]),
    ),
    row(
      'The process',
      byInstance('CPU', 'percentunit', rate('process_cpu_seconds_total'), { description: 'Of one core.' }),
      byInstance('Memory', 'bytes', `process_resident_memory_bytes${OF}`),
      byInstance('Event loop, 99 of 100', 's', `nodejs_eventloop_lag_p99_seconds${OF}`),
    ),
  ],
});
