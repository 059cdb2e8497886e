import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Readiness } from '@spillway/runtime';
import { freePort } from '@spillway/testkit';
import { until } from './until.harness.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The autoscaler as it is shipped, in a process of its own. */
export interface AutoscalerProcess {
  readonly id: string;
  readonly output: () => string;
  readonly readiness: () => Promise<Readiness>;
  /** The detail of one check, such as `leads, generation 3`. */
  readonly check: (name: string) => Promise<string>;
  readonly metrics: () => Promise<string>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  /** SIGTERM. @returns its exit status. */
  readonly terminate: () => Promise<number | null>;
}

/** Resolves as soon as it answers `/healthz`. */
export async function startAutoscalerProcess(
  natsUrl: string,
  id: string,
  env: Readonly<Record<string, string>> = {},
): Promise<AutoscalerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], NATS_URL: natsUrl, AUTOSCALER_ID: id, HTTP_PORT: `${port}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => void (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'close').then(([exitCode]: (number | null)[]) => exitCode ?? null);
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the autoscaler ended before it listened:\n${output}`);
    return get('/healthz').then(
      ({ ok }) => ok,
      () => false,
    );
  }, 30_000);
  const readiness = async () => (await (await get('/readyz')).json()) as Readiness;
  return {
    id,
    output: () => output,
    readiness,
    check: async (name) => (await readiness()).checks[name]?.detail ?? '',
    metrics: async () => (await get('/metrics')).text(),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    terminate: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
