import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RETENTION } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { freePort, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { Daemons, type Daemon } from '../nats/daemons.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import { until } from '../until.js';

export const REGION = 'eu-central-1';
const LIMIT_MS = 30_000;
/** Ample for some minutes of heartbeats. */
const LOG_BYTES = 256 * 1024 ** 2;

/** What of a node the routers tell. */
interface NodeReport {
  readonly nodeId: string;
  readonly usable: boolean;
  readonly lastSeenMsAgo: number;
}

/** Three NATS servers, and around them processes that are ended and started again where they were. */
export class RestartedFleet {
  private readonly folder = mkdtempSync(join(tmpdir(), 'spillway-rolling-restart-'));
  private readonly daemons = new Daemons(this.folder);
  private readonly running = new Map<string, Daemon>();
  private readonly starting = new Map<string, () => Promise<Daemon>>();

  private constructor(readonly nats: StartedNatsCluster) {}

  /** With the log, the state and a policy. */
  static async create(): Promise<RestartedFleet> {
    const fleet = new RestartedFleet(await startNatsCluster(3));
    const bus = NatsBus.connect({ servers: fleet.nats.urls, name: 'rolling-restart-spec' });
    await until('NATS is there', LIMIT_MS, async () => bus.link === 'up');
    await bus.provision({ ...DEFAULT_RETENTION, maxBytes: LOG_BYTES, replicas: 3 });
    await bus.close();
    const policy = join(fleet.folder, 'policy.json');
    writeFileSync(
      policy,
      JSON.stringify({ revision: '1', regions: { [REGION]: {} }, defaultRegion: REGION }),
    );
    const applied = await spillway(['policy', 'apply', policy], { NATS_URL: fleet.nats.urls });
    if (applied.exitCode !== 0) throw new Error(applied.output);
    return fleet;
  }

  /** @returns where it answers, now and after every restart. */
  async addRouter(id: string): Promise<string> {
    const port = `${await freePort()}`;
    await this.add(id, () => this.daemons.router(id, this.access, { HTTP_PORT: port }));
    return `http://127.0.0.1:${port}`;
  }

  addAutoscaler(id: string): Promise<void> {
    return this.add(id, () => this.daemons.autoscaler(id, this.access));
  }

  addReporter(node: string): Promise<void> {
    return this.add(node, () => this.daemons.reporter(REGION, node, this.access, { INTERVAL_MS: '1000' }));
  }

  async end(name: string, signal: NodeJS.Signals): Promise<{ exitCode: number | null; output: string }> {
    const { process } = this.get(name);
    process.signal(signal);
    return process.ended;
  }

  /** Resolves once it is ready. */
  async startAgain(name: string): Promise<void> {
    const daemon = await this.starting.get(name)?.();
    if (!daemon) throw new Error(`no ${name}`);
    this.running.set(name, daemon);
    await until(`${name} is ready`, LIMIT_MS, async () => daemon.isReady());
  }

  /** Waits until these routers know that a node can be used, or cannot. */
  async untilSeen(routers: readonly string[], node: string, isUsable: boolean): Promise<void> {
    for (const router of routers) {
      await until(`${router} sees ${node} ${isUsable ? 'serve' : 'gone'}`, LIMIT_MS, async () => {
        const reports = await this.nodesBy(router);
        return reports.some(({ nodeId, usable }) => nodeId === node && usable === isUsable);
      });
    }
  }

  /** Waits until all are well, and these routers hear every one of these nodes anew. */
  async untilWell(routers: readonly string[], nodes: readonly string[]): Promise<void> {
    const fromMs = performance.now();
    for (const name of [...routers, ...nodes])
      await until(`${name} is well`, LIMIT_MS, () => this.get(name).isWell());
    for (const router of routers) {
      await until(`${router} hears all nodes`, LIMIT_MS, async () => {
        const sinceMs = performance.now() - fromMs;
        const reports = await this.nodesBy(router);
        return nodes.every((id) =>
          reports.some(({ nodeId, lastSeenMsAgo }) => nodeId === id && lastSeenMsAgo < sinceMs),
        );
      });
    }
  }

  async stop(): Promise<void> {
    await this.daemons.stop();
    await this.nats.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async nodesBy(router: string): Promise<NodeReport[]> {
    const { nodes } = (await this.get(router).call('/v1/nodes')) as { nodes: NodeReport[] };
    return nodes;
  }

  private get access() {
    return { NATS_URL: this.nats.urls };
  }

  private async add(name: string, start: () => Promise<Daemon>): Promise<void> {
    this.starting.set(name, start);
    await this.startAgain(name);
  }

  private get(name: string): Daemon {
    const daemon = this.running.get(name);
    if (!daemon) throw new Error(`no ${name}`);
    return daemon;
  }
}
