import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  iceServersAnswerSchema,
  type IceServersAnswer,
  type IceServersRequest,
  type PolicyDocument,
} from '@spillway/contracts';
import { freePort } from '@spillway/testkit';
import { startProcess, type RunningProcess } from '../processes.js';
import { until } from '../until.js';
import { CLOUD_SECRET } from './cloud.harness.js';
import { openIceStream, type IceStream } from './ice-stream.harness.js';

export const MASTER_SECRET = 'a master secret of the control loop specs';
const API_KEY = 'a-key-of-the-control-loop-specs';
const START_LIMIT_MS = 60_000;

const mainOf = (app: string) => fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));

/** A program as it is shipped, in a process of its own. */
export interface Program {
  readonly name: string;
  readonly process: RunningProcess;
  /** Of its HTTP side. */
  readonly url: string;
  get(path: string): Promise<unknown>;
  /** As `kill -9`; resolves once it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves once it is gone. */
  terminate(): Promise<void>;
}

export interface RouterProgram extends Program {
  readonly stream: IceStream;
  /** `POST /v1/ice-servers`. @throws unless the answer is 200. */
  ask(request: IceServersRequest): Promise<IceServersAnswer>;
}

/** Starts programs and ends them all, whatever became of the spec. */
export class Programs {
  private readonly running = new Set<Program>();
  private readonly scratch = mkdtempSync(join(tmpdir(), 'spillway-control-loop-'));
  private readonly endAll = () => {
    for (const { process } of this.running) process.signal('SIGKILL');
  };

  constructor() {
    // Not even a run that breaks off leaves any behind.
    process.once('exit', this.endAll);
  }

  /** Resolves once it answers `/healthz`, ready or not. */
  async startRouter(
    natsUrl: string,
    name: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<RouterProgram> {
    const grpcPort = await freePort();
    const keys = join(this.scratch, `${name}-keys.json`);
    const sha256 = createHash('sha256').update(API_KEY).digest('hex');
    writeFileSync(keys, JSON.stringify([{ name: 'spec', sha256, scopes: ['issue', 'on-behalf', 'admin'] }]));
    const program = await this.start('router', name, {
      NATS_URL: natsUrl,
      ROUTER_ID: name,
      GRPC_PORT: `${grpcPort}`,
      TURN_MASTER_SECRET: MASTER_SECRET,
      API_KEYS_FILE: keys,
      RATE_LIMIT_PER_KEY: '0',
      ...env,
    });
    const stream = openIceStream(`127.0.0.1:${grpcPort}`, API_KEY);
    return { ...program, stream, ask: (request) => ask(program.url, request) };
  }

  /** Resolves once it answers `/healthz`, active or not. */
  startAutoscaler(
    natsUrl: string,
    name: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Program> {
    const own = { NATS_URL: natsUrl, AUTOSCALER_ID: name, WEBHOOK_SECRET: CLOUD_SECRET };
    return this.start('autoscaler', name, { ...own, ...env });
  }

  /** `spillway policy apply`. */
  async applyPolicy(natsUrl: string, policy: PolicyDocument): Promise<void> {
    const file = join(this.scratch, 'policy.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(policy));
    const args = [mainOf('cli'), 'policy', 'apply', file];
    const { exitCode, output } = await startProcess(process.execPath, args, envWith({ NATS_URL: natsUrl }))
      .ended;
    if (exitCode !== 0) throw new Error(`spillway policy apply ended with ${exitCode}:\n${output}`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running].map((program) => program.kill()));
    process.off('exit', this.endAll);
    rmSync(this.scratch, { recursive: true, force: true });
  }

  private async start(app: string, name: string, env: Readonly<Record<string, string>>): Promise<Program> {
    const httpPort = await freePort();
    const running = startProcess(
      process.execPath,
      [mainOf(app)],
      envWith({ ...env, HTTP_PORT: `${httpPort}` }),
    );
    const url = `http://127.0.0.1:${httpPort}`;
    const end = async (signal: NodeJS.Signals) => {
      running.signal(signal);
      await running.ended;
      this.running.delete(program);
    };
    const program: Program = {
      name,
      process: running,
      url,
      get: (path) => get(url + path),
      kill: () => end('SIGKILL'),
      terminate: () => end('SIGTERM'),
    };
    this.running.add(program);
    const hasEnded = running.ended.then(({ output }) => {
      throw new Error(`${name} ended before it was up:\n${output}`);
    });
    await Promise.race([until(`${name} is up`, START_LIMIT_MS, () => isUp(url)), hasEnded]);
    hasEnded.catch(() => undefined);
    return program;
  }
}

function envWith(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME, GEOIP_DB } = process.env;
  return { PATH, HOME, ...(GEOIP_DB && { GEOIP_DB }), ...own };
}

async function isUp(url: string): Promise<boolean> {
  return (await fetch(`${url}/healthz`)).ok;
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${API_KEY}` } });
  return response.json();
}

async function ask(url: string, request: IceServersRequest): Promise<IceServersAnswer> {
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(request) };
  const response = await fetch(`${url}/v1/ice-servers`, init);
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return iceServersAnswerSchema.parse(await response.json());
}
