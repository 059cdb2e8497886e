import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@spillway/testkit';
import { stringify } from 'yaml';
import { z } from 'zod';
import { startProcess } from '../processes.js';
import { until } from '../until.js';
import { PROMETHEUS_FOLDER } from './shipped-files.harness.js';

const START_LIMIT_MS = 30_000;

/** As `file_sd_configs` has it. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}
/** By the name of the file in `deploy/prometheus/targets`, without its ending. */
export type Targets = Readonly<Record<'routers' | 'autoscalers' | 'nodes', readonly TargetGroup[]>>;

const seriesSchema = z.object({
  metric: z.record(z.string(), z.string()),
  value: z.tuple([z.number(), z.string()]),
});
const answerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.unknown() }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);
export type Series = z.infer<typeof seriesSchema>;

export interface StartedPrometheus {
  /** What the HTTP API answers. @throws what Prometheus says is wrong. */
  api(path: string, parameters?: Record<string, string>): Promise<unknown>;
  /** An instant query. */
  query(expr: string): Promise<Series[]>;
  stop(): Promise<void>;
}

/** A real Prometheus with what we ship, in a hurry: it scrapes and evaluates every second. */
export async function startPrometheus(folder: string, targets: Targets): Promise<StartedPrometheus> {
  cpSync(PROMETHEUS_FOLDER, folder, { recursive: true });
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll(/_interval: 15s/g, '_interval: 1s'));
  for (const [name, groups] of Object.entries(targets)) {
    writeFileSync(join(folder, 'targets', `${name}.yml`), stringify(groups));
  }
  const data = join(folder, 'data');
  mkdirSync(data);
  const port = await freePort();
  const server = startProcess('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ]);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    server.signal('SIGTERM');
    await server.ended;
  };
  try {
    await until('Prometheus is ready', START_LIMIT_MS, async () => (await fetch(`${url}/-/ready`)).ok);
  } catch (error) {
    await stop();
    throw new Error(`Prometheus did not start:\n${server.output}`, { cause: error });
  }
  const api: StartedPrometheus['api'] = async (path, parameters = {}) => {
    const search = new URLSearchParams(parameters).toString();
    const response = await fetch(`${url}/api/v1/${path}?${search}`);
    const answer = answerSchema.parse(await response.json());
    if (answer.status === 'error') throw new Error(`${parameters['query'] ?? path}: ${answer.error}`);
    return answer.data;
  };
  const query: StartedPrometheus['query'] = async (expr) => {
    const data = await api('query', { query: expr });
    return z.object({ result: z.array(seriesSchema) }).parse(data).result;
  };
  return { api, query, stop };
}
