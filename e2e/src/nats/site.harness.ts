import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsBus, natsOptionsFrom, type BusLogger } from '@spillway/messaging';
import { freePort } from '@spillway/testkit';
import { until } from '../until.js';
import { createAuthority, type Authority } from './authority.harness.js';
import { Keyring, type Access } from './keyring.harness.js';
import { ShippedNats, type ShippedNatsOptions } from './shipped-nats.harness.js';

const LINK_LIMIT_MS = 15_000;

/** Keys, an authority and the NATS servers of one system, and connections to them. */
export class Site {
  readonly root = mkdtempSync(join(tmpdir(), 'spillway-site-'));
  readonly authority: Authority = createAuthority(join(this.root, 'ca'));
  readonly keyring = new Keyring(join(this.root, 'keys'));
  private readonly servers: ShippedNats[] = [];
  private readonly buses: NatsBus[] = [];

  /** With keys, and no server yet. */
  static async create(): Promise<Site> {
    const site = new Site();
    await site.keyring.keys(['init']);
    return site;
  }

  add(
    name: string,
    options: Pick<ShippedNatsOptions, 'config' | 'places' | 'url' | 'leafCredentials'>,
  ): ShippedNats {
    const { keyring, authority } = this;
    const server = new ShippedNats({ ...options, name, keyring, authority, root: join(this.root, name) });
    this.servers.push(server);
    return server;
  }

  /** deploy/nats/server.conf, running. */
  async startServer(): Promise<ShippedNats & { readonly leafPort: number }> {
    const [port, leafPort] = [await freePort(), await freePort()];
    const places = {
      '0.0.0.0:4222': `127.0.0.1:${port}`,
      '127.0.0.1:8222': `127.0.0.1:${await freePort()}`,
      '0.0.0.0:7422': `127.0.0.1:${leafPort}`,
    };
    const server = this.add('nats-1', { config: 'server.conf', places, url: `tls://127.0.0.1:${port}` });
    await server.start();
    return Object.assign(server, { leafPort });
  }

  /** Three with deploy/nats/cluster.conf, running. */
  async startCluster(): Promise<readonly (ShippedNats & { readonly leafPort: number })[]> {
    const names = ['nats-1', 'nats-2', 'nats-3'];
    const routePorts = await Promise.all(names.map(() => freePort()));
    const routes = names.map((name, i) => [`${name}:6222`, `127.0.0.1:${routePorts[i]}`] as const);
    const servers = [];
    for (const [i, name] of names.entries()) {
      const [port, leafPort] = [await freePort(), await freePort()];
      const places = {
        ...Object.fromEntries(routes),
        '0.0.0.0:4222': `127.0.0.1:${port}`,
        '0.0.0.0:6222': `127.0.0.1:${routePorts[i]}`,
        '127.0.0.1:8222': `127.0.0.1:${await freePort()}`,
        '0.0.0.0:7422': `127.0.0.1:${leafPort}`,
      };
      const server = this.add(name, { config: 'cluster.conf', places, url: `tls://127.0.0.1:${port}` });
      servers.push(Object.assign(server, { leafPort }));
    }
    await Promise.all(servers.map((server) => server.start()));
    return servers;
  }

  /** deploy/nats/leaf.conf, running; it reaches the centre by these ports. */
  async startLeaf(name: string, leafPorts: readonly number[]): Promise<ShippedNats> {
    const port = await freePort();
    const remotes = [1, 2, 3].map(
      (n, i) => [`nats-${n}:7422`, `127.0.0.1:${leafPorts[i] ?? leafPorts[0]}`] as const,
    );
    const places = {
      ...Object.fromEntries(remotes),
      '0.0.0.0:4222': `127.0.0.1:${port}`,
      '127.0.0.1:8222': `127.0.0.1:${await freePort()}`,
    };
    const leafCredentials = await this.keyring.issue('leaf', name);
    const leaf = this.add(name, {
      config: 'leaf.conf',
      places,
      url: `tls://127.0.0.1:${port}`,
      leafCredentials,
    });
    await leaf.start();
    return leaf;
  }

  /** What a process is told to get in with credentials of its own. */
  async access(server: ShippedNats, role: string, id: string): Promise<Required<Access>> {
    return accessWith(server, await this.keyring.issue(role, id));
  }

  /** A connection that keeps trying; `said` is all that it logged. */
  connect(access: Access): { bus: NatsBus; said: string[] } {
    const said: string[] = [];
    const log = (line: string) => void said.push(line);
    const logger: BusLogger = { log, warn: log, error: log };
    const bus = NatsBus.connect({ ...natsOptionsFrom(access), name: 'spec', logger, closeTimeoutMs: 500 });
    this.buses.push(bus);
    return { bus, said };
  }

  async connected(access: Access): Promise<{ bus: NatsBus; said: string[] }> {
    const { bus, said } = this.connect(access);
    await until('the link is up', LINK_LIMIT_MS, async () => {
      if (bus.link !== 'up') throw new Error(said.join('\n'));
      return true;
    });
    return { bus, said };
  }

  async stop(): Promise<void> {
    await Promise.all(this.buses.map((bus) => bus.close()));
    await Promise.all(this.servers.map((server) => server.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }
}

export const accessWith = ({ url, caFile }: ShippedNats, credentials: string): Required<Access> => ({
  NATS_URL: url,
  NATS_CA: caFile,
  NATS_CREDENTIALS: credentials,
});
