import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@spillway/testkit';
import { startProcess, type RunningProcess } from '../processes.js';
import { until } from '../until.js';
import type { Access } from './keyring.harness.js';

const API_KEY = 'a-key-of-the-specs-of-nats';
export const MASTER_SECRET = 'a master secret of the specs of nats';
const START_LIMIT_MS = 60_000;

const mainOf = (app: string) => fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));

/** Routers, reporters and autoscalers as they are shipped, each with credentials of its own. */
export class Daemons {
  private readonly running: RunningProcess[] = [];

  constructor(private readonly folder: string) {}

  /** Whatever they all printed. */
  get output(): string {
    return this.running.map(({ output }) => output).join('');
  }

  async router(id: string, access: Access, env: Readonly<Record<string, string>> = {}): Promise<Daemon> {
    const keys = join(this.folder, 'api-keys.json');
    const sha256 = createHash('sha256').update(API_KEY).digest('hex');
    writeFileSync(keys, JSON.stringify([{ name: 'spec', sha256, scopes: ['issue', 'on-behalf', 'admin'] }]));
    return this.start('router', {
      ...access,
      ROUTER_ID: id,
      GRPC_PORT: `${await freePort()}`,
      TURN_MASTER_SECRET: MASTER_SECRET,
      API_KEYS_FILE: keys,
      ...env,
    });
  }

  autoscaler(id: string, access: Access, env: Readonly<Record<string, string>> = {}): Promise<Daemon> {
    return this.start('autoscaler', { ...access, AUTOSCALER_ID: id, ...env });
  }

  /** @param keys folder with what an enroller needs of those of the system. */
  enroller(access: Access, keys: string, env: Readonly<Record<string, string>> = {}): Promise<Daemon> {
    return this.start('enroller', {
      ...access,
      KEYS_FOLDER: keys,
      TURN_MASTER_SECRET: MASTER_SECRET,
      ...env,
    });
  }

  reporter(
    region: string,
    node: string,
    access: Access,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Daemon> {
    // Not the load of this machine, which may be high.
    const load = join(this.folder, `${node}-load.json`);
    writeFileSync(load, JSON.stringify({ cpu: 0.1, egressBps: 0, ingressBps: 0, allocations: 0 }));
    return this.start('reporter', {
      ...access,
      REGION: region,
      NODE_ID: node,
      NODE_URLS: 'turn:203.0.113.10:3478?transport=udp',
      STUN_CHECK: 'none',
      SAMPLERS: 'file',
      LOAD_JSON_PATH: load,
      LOAD_JSON_MAX_AGE_SECONDS: '3600',
      DRAIN_QUIET_SECONDS: '0',
      ...env,
    });
  }

  async stop(): Promise<void> {
    for (const each of this.running) each.signal('SIGKILL');
    await Promise.all(this.running.map(({ ended }) => ended));
  }

  private async start(app: string, env: Readonly<Record<string, string>>): Promise<Daemon> {
    const { PATH, HOME } = process.env;
    const port = env['HTTP_PORT'] ?? (await freePort());
    const running = startProcess(process.execPath, [mainOf(app)], {
      PATH,
      HOME,
      HTTP_PORT: `${port}`,
      ...env,
    });
    this.running.push(running);
    const daemon = new Daemon(running, `http://127.0.0.1:${port}`);
    let isOver = false;
    void running.ended.then(() => (isOver = true));
    await until(`the ${app} is up`, START_LIMIT_MS, async () => {
      if (isOver) throw new Error(running.output);
      return (await fetch(`${daemon.url}/healthz`)).ok;
    });
    return daemon;
  }
}

/** One of them. */
export class Daemon {
  constructor(
    readonly process: RunningProcess,
    readonly url: string,
  ) {}

  /** @returns the JSON of an answer, whatever its status. */
  async call(path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
    return (await fetch(this.url + path, init)).json();
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/readyz`)).ok;
  }

  /** Nothing about it is degraded. */
  async isWell(): Promise<boolean> {
    const { ready, degraded } = (await this.call('/readyz')) as { ready: boolean; degraded: boolean };
    return ready && !degraded;
  }
}

export const bearer = `Bearer ${API_KEY}`;
