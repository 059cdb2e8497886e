import { createHash } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { POLICY_SUBJECT } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { aPolicy } from '@spillway/testkit/builders';
import getPort from 'get-port';
import { INTERVAL_MS, REGIONS } from './heartbeats.js';
import { MeasuredProcess } from './measured-process.js';

export const KEY = 'bench';
const LOOPBACK = '127.0.0.1';
/** As it is shipped: a router in one file. */
const mainOf = (app: string) =>
  fileURLToPath(
    new URL(`../../../apps/${app}/dist/main${app === 'router' ? '.bundle' : ''}.js`, import.meta.url),
  );
const answers = (url: string) => fetch(url).then(({ ok }) => ok);

/** The regions of the fleet. */
export const PLACES = Object.fromEntries(
  REGIONS.map((name, i) => [name, { latitude: -50 + 5 * i, longitude: -180 + 18 * i }]),
);

/** One nats-server, and what connects to it. */
export class System {
  readonly natsUrl: string;
  readonly bus: NatsBus;

  private constructor(
    private readonly folder: string,
    readonly nats: MeasuredProcess,
    port: number,
  ) {
    this.natsUrl = `nats://${LOOPBACK}:${port}`;
    this.bus = NatsBus.connect({ servers: this.natsUrl, name: 'bench' });
  }

  /** @param rules what of the policy is otherwise. */
  static async start(folder: string, rules: Readonly<Record<string, unknown>> = {}): Promise<System> {
    const { process: nats, port } = await startNatsServer(folder);
    const system = new System(folder, nats, port);
    await system.bus.provision();
    const policy = aPolicy({ strategy: 'priced', regions: PLACES, defaultRegion: REGIONS[0], ...rules });
    await system.bus.record(POLICY_SUBJECT, { at: new Date().toISOString(), policy }, 'policy');
    return system;
  }

  /** Bytes that the log takes on disk. */
  get storedBytes(): number {
    return sizeOf(join(this.folder, 'nats'));
  }

  /** @param processes behind its ports. */
  async router(name: string, processes = 1) {
    const grpcPort = await getPort();
    const sha256 = createHash('sha256').update(KEY).digest('hex');
    const keys = join(this.folder, 'api-keys.json');
    writeFileSync(keys, JSON.stringify([{ name: KEY, sha256, scopes: ['issue', 'on-behalf', 'admin'] }]));
    const app = await this.app('router', {
      ROUTER_ID: name,
      ROUTER_PROCESSES: `${processes}`,
      GRPC_PORT: `${grpcPort}`,
      TURN_MASTER_SECRET: 'a master secret for benchmarks',
      API_KEYS_FILE: keys,
      RATE_LIMIT_PER_KEY: '0',
    });
    return { ...app, grpcPort };
  }

  autoscaler = () => this.app('autoscaler', { AUTOSCALER_ID: 'bench' });

  reporter = () =>
    this.app('reporter', {
      NODE_ID: 'real',
      REGION: REGIONS[0] ?? '',
      NODE_URLS: 'turn:127.0.0.1:3478',
      STUN_CHECK: 'none',
      SAMPLERS: 'host',
      INTERVAL_MS: `${INTERVAL_MS}`,
      HOST_INTERFACE: 'lo',
    });

  private async app(name: string, env: Readonly<Record<string, string>>) {
    const port = await getPort();
    const url = `http://${LOOPBACK}:${port}`;
    const variables = {
      NATS_URL: this.natsUrl,
      HTTP_HOST: LOOPBACK,
      HTTP_PORT: `${port}`,
      LOG_LEVEL: 'error',
    };
    const process_ = await MeasuredProcess.start(
      process.execPath,
      [mainOf(name)],
      { ...variables, ...env },
      () => answers(`${url}/readyz`),
    );
    return { process: process_, url };
  }

  async stop(): Promise<void> {
    await this.bus.close();
    await this.nats.stop();
  }
}

/** A nats-server with JetStream, which keeps its store in the folder. */
export async function startNatsServer(
  folder: string,
): Promise<{ readonly process: MeasuredProcess; readonly port: number }> {
  const [port, monitor] = [await getPort(), await getPort()];
  const store = ['--jetstream', '--store_dir', join(folder, 'nats')];
  const args = ['--addr', LOOPBACK, '--port', `${port}`, '--http_port', `${monitor}`, ...store];
  const isReady = () => answers(`http://${LOOPBACK}:${monitor}/healthz`);
  return { process: await MeasuredProcess.start('nats-server', args, {}, isReady), port };
}

function sizeOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
