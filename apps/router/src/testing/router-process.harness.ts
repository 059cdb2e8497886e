import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@spillway/testkit';
import { MASTER_SECRET } from './fleet.harness.js';
import { bearer, keyEntries, type KeyName } from './keys.harness.js';
import { readMetric } from './metric.harness.js';
import { until } from './until.harness.js';

const MAIN = fileURLToPath(new URL('../../dist/main.bundle.js', import.meta.url));

/** The router as it is shipped, in a process of its own. */
export interface RouterProcess {
  readonly pid: number;
  readonly url: string;
  readonly port: number;
  readonly grpcAddress: string;
  /** What it printed: one JSON object a line. */
  readonly lines: () => { level: string; message: string }[];
  readonly get: (path: string, key?: KeyName) => Promise<Response>;
  readonly json: <T>(path: string, key?: KeyName) => Promise<T>;
  /** `POST /v1/ice-servers`; gives the answer, and throws for anything else. */
  readonly ask: (body?: object, headers?: Readonly<Record<string, string>>) => Promise<ProcessAnswer>;
  readonly metric: (line: string) => Promise<number>;
  readonly kill: () => Promise<void>;
  /** SIGTERM. @returns its exit status. */
  readonly terminate: () => Promise<number | null>;
}

export interface ProcessAnswer {
  readonly iceServers: unknown[];
  readonly placement: { readonly decisionId: string; readonly region: string; readonly nodes: string[] };
}

export interface Readiness {
  readonly ready: boolean;
  readonly degraded: boolean;
  readonly checks: Record<string, { readonly status: string; readonly detail: string }>;
}

interface SpawnedRouter {
  readonly child: ChildProcess;
  readonly port: number;
  readonly grpcPort: number;
  readonly output: () => string;
  /** Its exit status, `null` after a signal. */
  readonly ended: Promise<number | null>;
}

async function spawnRouter(env: Readonly<Record<string, string>>): Promise<SpawnedRouter> {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-router-'));
  const keysFile = join(scratch, 'keys.json');
  writeFileSync(keysFile, JSON.stringify(keyEntries()));
  const child = spawn(process.execPath, [MAIN], {
    env: {
      HTTP_PORT: `${port}`,
      GRPC_PORT: `${grpcPort}`,
      ROUTER_ID: 'router-1',
      TURN_MASTER_SECRET: MASTER_SECRET,
      API_KEYS_FILE: keysFile,
      RATE_LIMIT_PER_KEY: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => void (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'close').then(([exitCode]: (number | null)[]) => {
    rmSync(scratch, { recursive: true });
    return exitCode ?? null;
  });
  return { child, port, grpcPort, output: () => output, ended };
}

/** For one that cannot start. */
export async function runRouterToItsEnd(
  env: Readonly<Record<string, string>>,
): Promise<{ exitCode: number | null; output: string }> {
  const { ended, output } = await spawnRouter(env);
  return { exitCode: await ended, output: output() };
}

/** Resolves as soon as it answers `/healthz`, ready or not. */
export async function startRouterProcess(
  natsUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RouterProcess> {
  const { child, port, grpcPort, output, ended } = await spawnRouter({ NATS_URL: natsUrl, ...env });
  const url = `http://127.0.0.1:${port}`;
  const get = (path: string, key: KeyName = 'operator') =>
    fetch(url + path, { headers: { authorization: bearer(key) } });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the router ended before it listened:\n${output()}`);
    return fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }, 30_000);
  return {
    pid: child.pid ?? 0,
    url,
    port,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    lines: () => output().split('\n').filter(Boolean).map(readLine),
    get,
    json: async (path, key) => (await (await get(path, key)).json()) as never,
    ask: async (body = {}, more = {}) => {
      const headers = { authorization: bearer('server'), 'content-type': 'application/json', ...more };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(`${url}/v1/ice-servers`, init);
      if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
      return (await response.json()) as ProcessAnswer;
    },
    metric: async (line) => readMetric(await (await get('/metrics')).text(), line),
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

function readLine(line: string): { level: string; message: string } {
  try {
    return JSON.parse(line) as { level: string; message: string };
  } catch {
    return { level: 'none', message: line };
  }
}
