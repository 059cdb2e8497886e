// Writes the parts of docs/reference that come from the code. Needs a build; CI checks that nothing changes.
import { mkdir, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { asyncApiDocument, ICE_PROTO, problemOf, PROBLEMS, remedyOf } from '../libs/contracts/dist/index.js';
import { AutoscalerMetrics, autoscalerConfigSchema, registerGauges } from '../apps/autoscaler/dist/index.js';
import { kindsMarkdown } from '../apps/cli/dist/replay/incident/kinds-markdown.js';
import { buildProgram } from '../apps/cli/dist/run.js';
import { EnrollerMetrics, enrollerConfigSchema } from '../apps/enroller/dist/index.js';
import { ReporterMetrics, reporterConfigSchema } from '../apps/reporter/dist/index.js';
import { Registry } from 'prom-client';
import { FleetView, openApiDocument, RouterMetrics, routerConfigSchema } from '../apps/router/dist/index.js';
import { grpcStatusOf } from '../apps/router/dist/grpc/grpc-problem.js';
import { configMarkdown } from '../libs/runtime/dist/index.js';
import { reasonsMarkdown } from '../libs/scaling/dist/index.js';
import { cliMarkdown } from './reference/cli.mjs';
import { errorsMarkdown } from './reference/errors.mjs';
import { grpcMarkdown } from './reference/grpc.mjs';
import { httpMarkdown } from './reference/http.mjs';
import { natsMarkdown } from './reference/nats.mjs';

/** A table of everything that registers with the registry. */
async function metricsMarkdown(title, registry) {
  const metrics = await registry.getMetricsAsArray();
  const rows = metrics
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(
      ({ name, type, labelNames, help }) => `| \`${name}\` | ${type} | ${labelNames.join(', ')} | ${help} |`,
    );
  return [
    `# ${title}`,
    '',
    '| metric | type | labels | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const routerRegistry = new Registry();
new RouterMetrics(routerRegistry, new FleetView('reference'));

const autoscalerRegistry = new Registry();
new AutoscalerMetrics(autoscalerRegistry);
registerGauges(autoscalerRegistry, () => undefined);

const enrollerRegistry = new Registry();
new EnrollerMetrics(enrollerRegistry);

const reporterRegistry = new Registry();
new ReporterMetrics(reporterRegistry, []).show(() => undefined);

const folder = new URL('../docs/reference/', import.meta.url);
const files = {
  'asyncapi.json': JSON.stringify(asyncApiDocument()),
  'openapi.json': JSON.stringify(openApiDocument),
  'nats.md': natsMarkdown(asyncApiDocument()),
  'http.md': httpMarkdown(openApiDocument),
  'grpc.md': await grpcMarkdown(ICE_PROTO.path),
  'errors.md': errorsMarkdown({ PROBLEMS, problemOf, remedyOf, grpcStatusOf }),
  'cli.md': cliMarkdown(buildProgram()),
  'router-config.md': configMarkdown('Router configuration', routerConfigSchema),
  'router-metrics.md': await metricsMarkdown('Router metrics', routerRegistry),
  'autoscaler-config.md': configMarkdown('Autoscaler configuration', autoscalerConfigSchema),
  'autoscaler-metrics.md': await metricsMarkdown('Autoscaler metrics', autoscalerRegistry),
  'scale-reasons.md': reasonsMarkdown(),
  'incident-events.md': kindsMarkdown(),
  'enroller-config.md': configMarkdown('Enroller configuration', enrollerConfigSchema),
  'enroller-metrics.md': await metricsMarkdown('Enroller metrics', enrollerRegistry),
  'reporter-config.md': configMarkdown('Reporter configuration', reporterConfigSchema),
  'reporter-metrics.md': await metricsMarkdown('Reporter metrics', reporterRegistry),
};

await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const path = new URL(name, folder);
  const options = await resolveConfig(path);
  await writeFile(path, await format(text, { ...options, filepath: path.pathname }));
  console.log(`docs/reference/${name}`);
}
