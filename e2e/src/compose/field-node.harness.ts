import { randomBytes, randomInt } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@spillway/testkit';
import { Daemons, type Daemon } from '../nats/daemons.harness.js';
import { spillway, type Access } from '../nats/keyring.harness.js';
import type { ShippedNats } from '../nats/shipped-nats.harness.js';
import { Site } from '../nats/site.harness.js';
import { until } from '../until.js';
import { ComposedSystem } from './compose.harness.js';

export const REGION = 'eu-central-1';
const RELAY_PORTS = 200;

/** What a node in the field joins: NATS with TLS as it is shipped, a router and an enroller. */
export class Centre {
  private enroller: Daemon | undefined;

  private constructor(
    readonly site: Site,
    readonly server: ShippedNats,
    readonly daemons: Daemons,
    readonly router: Daemon,
    private readonly keys: string,
  ) {}

  static async start(): Promise<Centre> {
    const site = await Site.create();
    const daemons = new Daemons(site.root);
    try {
      return await Centre.around(site, daemons);
    } catch (error) {
      await daemons.stop();
      await site.stop();
      throw error;
    }
  }

  private static async around(site: Site, daemons: Daemons): Promise<Centre> {
    const server = await site.startServer();
    const operator = await site.access(server, 'operator', 'ops');
    const policy = join(site.root, 'policy.json');
    writeFileSync(
      policy,
      JSON.stringify({ revision: '1', regions: { [REGION]: {} }, defaultRegion: REGION }),
    );
    await spillwayWell(['provision', '--max-bytes', '100MB'], operator);
    await spillwayWell(['policy', 'apply', policy], operator);
    const keys = join(site.root, 'enroller-keys');
    mkdirSync(join(keys, 'signers'), { recursive: true });
    for (const file of ['directory.json', 'signers/node.nk'])
      copyFileSync(join(site.keyring.folder, file), join(keys, file));
    const router = await daemons.router('r1', await site.access(server, 'router', 'r1'));
    const centre = new Centre(site, server, daemons, router, keys);
    await centre.startEnroller('1');
    await until('the router is ready', 30_000, async () => router.isReady());
    return centre;
  }

  /** In the place of the one there is. @param epoch of the secrets it gives out. */
  async startEnroller(epoch: string): Promise<void> {
    this.enroller?.process.signal('SIGTERM');
    await this.enroller?.process.ended;
    const access = await this.site.access(this.server, 'enroller', `e${epoch}`);
    const enroller = await this.daemons.enroller(access, this.keys, { SECRET_EPOCH: epoch });
    await until('the enroller is ready', 30_000, async () => enroller.isReady());
    this.enroller = enroller;
  }

  /** deploy/compose/node.yaml with a join token for it. */
  async newNode(): Promise<ComposedSystem> {
    const folder = join(this.site.root, 'join');
    mkdirSync(folder);
    const token = join(folder, 'token');
    const keys = ['--keys', this.site.keyring.folder];
    await spillwayWell(['token', 'create', ...keys, '--region', REGION, '--out', token], {});
    copyFileSync(this.server.caFile, join(folder, 'nats-ca.pem'));
    const firstPort = randomInt(10_000, 30_000);
    return new ComposedSystem(
      `spillway-spec-${randomBytes(4).toString('hex')}`,
      ['node.yaml', 'node-local.yaml'],
      {
        NATS_URL: this.server.url,
        REGION,
        JOIN_FOLDER: folder,
        TLS_FOLDER: join(this.site.root, 'tls'),
        TURN_PORT: `${await freePort()}`,
        RELAY_MIN_PORT: `${firstPort}`,
        RELAY_MAX_PORT: `${firstPort + RELAY_PORTS}`,
        REPORTER_PORT: `${await freePort()}`,
        COTURN_CLI_PORT: `${await freePort()}`,
      },
    );
  }

  async stop(): Promise<void> {
    await this.daemons.stop();
    await this.site.stop();
  }
}

async function spillwayWell(args: readonly string[], access: Partial<Access>): Promise<void> {
  const { exitCode, output } = await spillway(args, { ...access });
  if (exitCode !== 0) throw new Error(`spillway ${args.join(' ')} ended with ${exitCode}: ${output}`);
}
