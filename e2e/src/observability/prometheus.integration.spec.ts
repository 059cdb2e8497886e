import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { z } from 'zod';
import { startProcess, type RunningProcess } from '../processes.js';
import { startSystem, type System } from '../system.js';
import { until } from '../until.js';
import { startPrometheus, type StartedPrometheus } from './prometheus.harness.js';
import { CLI, dashboards, DEMO_POLICY, panelQueries, recordings } from './shipped-files.harness.js';
import { startTlsNode, VALID_DAYS, type TlsNode } from './tls-node.harness.js';

const FULL = 'eu-central-1';
const REGIONS = [FULL, 'us-east-1', 'ap-southeast-1'];
const GERMAN = '88.198.0.1';
const ASK_MS = 100;

const START_LIMIT_MS = 60_000;
/** The region is full at once, overloaded after 5 s, and grows after 20 s. */
const DATA_LIMIT_MS = 100_000;

/** What a system that is well, and has no tenants, never has: such a query is proved with its `or vector(0)` only. */
const NEVER = [
  'spillway_tenant_requests_total',
  'spillway_log_gaps_total',
  'spillway_log_rejected_total',
  'spillway_provider_errors_total',
  'spillway_nodes_below_floor',
  'region:spillway_nodes_lost:count',
  // All but one have to last.
  'alertstate="firing"',
];
const isNever = (expr: string) => NEVER.some((text) => expr.includes(text));
const FALLBACK = / or (?:on\(\) )?vector\(0\)$/;

/** Without what makes an empty answer look like data. */
const bare = (expr: string) => (isNever(expr) ? expr : expr.replace(FALLBACK, ''));

/** As Grafana would ask it, once for each region where it asks for one. */
const filledIn = (expr: string) =>
  (expr.includes('$region') ? REGIONS : ['']).map((region) =>
    expr.replaceAll('$region', region).replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m'),
  );

/** Has all routers try the policy that is in force, but without any spilling, beside it. */
async function tryBeside(file: string, natsUrl: string): Promise<void> {
  writeFileSync(file, `${readFileSync(DEMO_POLICY, 'utf8')}\nstrategy: nearest\n`);
  const shadow = ['policy', 'shadow', file, '--share', '1', '--nats', natsUrl];
  const { exitCode, output } = await startProcess(process.execPath, [CLI, ...shadow]).ended;
  if (exitCode !== 0) throw new Error(output);
}

describeWith(
  ['nats-server', 'turnserver', 'prometheus', 'openssl'],
  'a Prometheus that scrapes the running system',
  () => {
    let system: System;
    let prometheus: StartedPrometheus;
    let tlsNode: TlsNode;
    let load: RunningProcess;
    let asking: NodeJS.Timeout;

    beforeAll(async () => {
      system = await startSystem();
      const { http, nats, turn } = system.ports;
      const natsUrl = `nats://127.0.0.1:${nats}`;
      const folder = join(system.scratch.path, 'prometheus');
      mkdirSync(folder);
      tlsNode = await startTlsNode(folder, natsUrl, FULL);
      const at = (port: number) => [`127.0.0.1:${port}`];
      const node = (port: number, region: string, name: string) => ({
        targets: at(port),
        labels: { region, node: name },
      });
      prometheus = await startPrometheus(folder, {
        routers: [{ targets: at(http) }],
        autoscalers: [{ targets: at(turn + 3) }],
        nodes: [
          node(turn + 2, 'us-east-1', 'use1-a1'),
          node(turn + 12, FULL, 'euc1-a1'),
          node(turn + 22, 'ap-southeast-1', 'apse1-a1'),
          node(tlsNode.metricsPort, FULL, 'tls1'),
          // Nobody listens there.
          node(1, FULL, 'gone1'),
        ],
      });
      const full = ['load', '--region', FULL, '--utilization', '0.95', '--nats', natsUrl];
      await tryBeside(join(folder, 'nearest.yaml'), natsUrl);
      load = startProcess(process.execPath, [CLI, ...full]);
      asking = setInterval(() => {
        void system.ask({ clientIp: GERMAN }).catch(() => undefined);
        void system.ask({ count: 99 }).catch(() => undefined);
      }, ASK_MS);
    }, 2 * START_LIMIT_MS);

    afterAll(async () => {
      clearInterval(asking);
      load?.signal('SIGTERM');
      await load?.ended;
      await tlsNode?.stop();
      await prometheus?.stop();
      await system?.stop();
    }, START_LIMIT_MS);

    /** Whether there is a number in one of the answers. */
    async function hasData(expr: string): Promise<boolean> {
      for (const query of filledIn(expr)) {
        const series = await prometheus.query(query);
        if (series.some(({ value: [, text] }) => text !== 'NaN')) return true;
      }
      return false;
    }

    async function withoutData(queries: readonly string[]): Promise<string[]> {
      const empty: string[] = [];
      for (const query of queries) if (!(await hasData(query))) empty.push(query);
      return empty;
    }

    /** Those that get no data however long one waits. */
    async function emptyAmong(queries: readonly string[]): Promise<string[]> {
      let empty = [...queries];
      await until('every query has data', DATA_LIMIT_MS, async () => {
        empty = await withoutData(queries);
        return empty.length === 0;
      }).catch(() => undefined);
      return empty;
    }

    it(
      'has data for every query of every panel',
      async () => {
        const queries = panelQueries().map(({ expr }) => bare(expr));
        expect(queries.length).toBeGreaterThan(50);
        expect(await emptyAmong(queries)).toEqual([]);
      },
      DATA_LIMIT_MS + START_LIMIT_MS,
    );

    it(
      'has data for every recording rule',
      async () => {
        const records = recordings().map(({ record }) => record);
        expect(await emptyAmong(records.filter((record) => !isNever(record)))).toEqual([]);
      },
      DATA_LIMIT_MS + START_LIMIT_MS,
    );

    it('has values to choose from in every dashboard', async () => {
      const choices = dashboards().flatMap(({ templating }) =>
        templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query])),
      );
      expect(choices.length).toBeGreaterThan(0);
      for (const choice of choices) {
        const [, metric = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(choice) ?? [];
        expect(await prometheus.api(`label/${label}/values`, { 'match[]': metric })).not.toEqual([]);
      }
    });

    it('evaluates every rule without an error', async () => {
      const rule = z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() });
      const groups = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) });
      await until('all rules are evaluated', START_LIMIT_MS, async () => {
        const rules = groups.parse(await prometheus.api('rules')).groups.flatMap((group) => group.rules);
        expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
        return rules.length > 0;
      });
    });

    it('saw what was provoked: a full region that overloads and sends its clients elsewhere', async () => {
      const most = async (expr: string) => {
        const [series] = await prometheus.query(`max_over_time(${expr}[5m])`);
        return Number(series?.value[1] ?? NaN);
      };
      const pending = (alert: string, labels: string) =>
        most(`ALERTS{alertname="${alert}", alertstate="pending", ${labels}}`);
      expect(await pending('SpillwayRegionOverloaded', `region="${FULL}"`)).toBe(1);
      expect(await pending('SpillwayProcessDown', 'node="gone1"')).toBe(1);
      expect(await most(`region:spillway_utilization:ratio{region="${FULL}"}`)).toBeGreaterThan(0.9);
      expect(await most(`region:spillway_price:ms{region="${FULL}"}`)).toBeGreaterThan(100);
      expect(await most(`region:spillway_spill:ratio_rate5m{region="${FULL}"}`)).toBeGreaterThan(0.1);
      expect(await most('spillway_region_desired_instances')).toBe(1);
    });

    it('saw the certificate end, and would say where the runbook is', async () => {
      const left = 'spillway_node_certificate_expiry_timestamp_seconds{node="tls1"} - time()';
      const [series] = await prometheus.query(`(${left}) / 86400`);
      expect(Number(series?.value[1])).toBeCloseTo(VALID_DAYS, 1);
      const alert = z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.object({ runbook_url: z.string() }),
      });
      const { alerts } = z.object({ alerts: z.array(alert) }).parse(await prometheus.api('alerts'));
      const found = alerts.find(({ labels }) => labels['alertname'] === 'SpillwayCertificateNearExpiry');
      expect(found).toMatchObject({
        labels: { node: 'tls1', region: FULL, severity: 'warning' },
        annotations: {
          runbook_url: 'https://git.example.org/spillway/docs/runbooks/certificate-near-expiry.md',
        },
      });
    });
  },
);
