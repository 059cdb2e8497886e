import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const PROMETHEUS_FOLDER = join(ROOT, 'deploy/prometheus');
export const DASHBOARDS_FOLDER = join(ROOT, 'deploy/grafana/dashboards');
export const RUNBOOKS_FOLDER = join(ROOT, 'docs/runbooks');
export const NODE_MODULES = join(ROOT, 'node_modules');
export const DEMO_POLICY = join(ROOT, 'deploy/policy.demo.yaml');
export const CLI = join(ROOT, 'apps/cli/dist/main.js');

/** Paths of the files in a folder that end like this. */
export const filesIn = (folder: string, ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const readYaml = <T>(path: string, schema: z.ZodType<T>) =>
  schema.parse(parse(readFileSync(path, 'utf8'), { merge: true }));

const alertSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
export type Alert = z.infer<typeof alertSchema>;
const recordingSchema = z.object({ record: z.string(), expr: z.string() });

const rulesSchema = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(z.union([alertSchema, recordingSchema])) })),
});

const rules = () =>
  filesIn(join(PROMETHEUS_FOLDER, 'rules'), '.yml').flatMap((path) =>
    readYaml(path, rulesSchema).groups.flatMap((group) => group.rules),
  );

export const alerts = (): Alert[] => rules().flatMap((rule) => ('alert' in rule ? [rule] : []));
export const recordings = () => rules().flatMap((rule) => ('record' in rule ? [rule] : []));

const testsSchema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});

/** What `promtool test rules` is told to expect. */
export const alertTests = () =>
  filesIn(join(PROMETHEUS_FOLDER, 'tests'), '.test.yml').flatMap((path) =>
    readYaml(path, testsSchema).tests.flatMap((test) => test.alert_rule_test),
  );

const panelSchema = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string().optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ expr: z.string() })).default([]),
});
const dashboardSchema = z.object({
  templating: z.object({
    list: z.array(
      z.object({ name: z.string(), query: z.union([z.string(), z.object({ query: z.string() })]) }),
    ),
  }),
  panels: z.array(panelSchema),
});
export type Dashboard = z.infer<typeof dashboardSchema> & { readonly name: string; readonly text: string };

export const dashboards = (): Dashboard[] =>
  filesIn(DASHBOARDS_FOLDER, '.json').map((path) => {
    const text = readFileSync(path, 'utf8');
    const { templating, panels } = dashboardSchema.parse(JSON.parse(text));
    return { name: basename(path), text, templating, panels };
  });

/** Every query of every panel, and where it is. */
export const panelQueries = () =>
  dashboards().flatMap(({ name, panels }) =>
    panels.flatMap(({ title = '', targets }) =>
      targets.map(({ expr }) => ({ where: `${name}: ${title}`, expr })),
    ),
  );

/** Names of our metrics and of what is recorded from them, as PromQL mentions them. */
export const metricsIn = (text: string) => [
  ...new Set(text.match(/\b(?:[a-z]+:)?spillway_[a-z0-9_]+(?::[a-z0-9_]+)?|\bspillway:[a-z0-9_:]+/g)),
];

/** What the references say that our processes tell; a histogram by the names that it has in Prometheus. */
export function documentedMetrics(): Set<string> {
  const references = filesIn(join(ROOT, 'docs/reference'), '-metrics.md');
  const text = references.map((path) => readFileSync(path, 'utf8')).join('\n');
  const rows = text.matchAll(/^\| `(spillway_\w+)` +\| (\w+)/gm);
  return new Set(
    [...rows].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}
