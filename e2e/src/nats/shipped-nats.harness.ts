import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../until.js';
import type { Authority } from './authority.harness.js';
import type { Keyring } from './keyring.harness.js';

const SHIPPED = fileURLToPath(new URL('../../../deploy/nats/', import.meta.url));
const START_LIMIT_MS = 20_000;

export interface ShippedNatsOptions {
  readonly config: 'server.conf' | 'cluster.conf' | 'leaf.conf';
  /** For everything it has: /etc/nats and /var/lib/nats are in it. */
  readonly root: string;
  readonly keyring: Keyring;
  readonly authority: Authority;
  readonly name: string;
  /** Where the names and ports of the file are on this machine: texts of the file and what stands for them. */
  readonly places: Readonly<Record<string, string>>;
  readonly url: string;
  /** Of a leaf node. */
  readonly leafCredentials?: string;
}

/** nats-server with a file of deploy/nats, as it is there but for addresses and folders. */
export class ShippedNats {
  readonly url: string;
  readonly caFile: string;
  private readonly config: string;
  private running: ChildProcess | undefined;
  private output = '';

  constructor(private readonly options: ShippedNatsOptions) {
    const { root, keyring, authority, url } = options;
    this.url = url;
    const [etc, lib] = [join(root, 'etc'), join(root, 'lib')];
    this.config = join(etc, options.config);
    authority.certify(join(etc, 'tls'));
    this.caFile = join(etc, 'tls', 'ca.pem');
    mkdirSync(lib, { recursive: true });
    for (const file of ['accounts.conf', 'leaf-accounts.conf'])
      copyFileSync(join(keyring.folder, 'nats', file), join(etc, file));
    if (options.leafCredentials) copyFileSync(options.leafCredentials, join(etc, 'leaf.creds'));
    const places = { '/etc/nats': etc, '/var/lib/nats': lib, ...options.places };
    let text = readFileSync(join(SHIPPED, options.config), 'utf8');
    for (const [shipped, here] of Object.entries(places)) text = text.replaceAll(shipped, here);
    writeFileSync(this.config, text);
  }

  get log(): string {
    return this.output;
  }

  async start(): Promise<void> {
    const { PATH } = process.env;
    const env = { PATH: `${PATH}:/usr/sbin`, NATS_NAME: this.options.name };
    const server = spawn('nats-server', ['-c', this.config], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.running = server;
    this.output = '';
    server.stderr.on('data', (chunk: Buffer) => void (this.output += chunk.toString()));
    await until(`${this.options.name} is ready`, START_LIMIT_MS, async () => {
      if (server.exitCode !== null) throw new Error(this.output);
      return this.output.includes('Server is ready');
    });
  }

  /** SIGTERM, as a service manager does. */
  async stop(): Promise<void> {
    const server = this.running;
    this.running = undefined;
    if (!server || server.exitCode !== null) return;
    const closed = once(server, 'close');
    server.kill('SIGTERM');
    await closed;
  }
}
