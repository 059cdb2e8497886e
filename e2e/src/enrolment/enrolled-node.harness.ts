import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@spillway/testkit';
import type { Access } from '../nats/keyring.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import { startProcess, type EndedProcess, type RunningProcess } from '../processes.js';

const REALM = 'turn.example.org';
const PORTS = 200;
const PATH = `${process.env['PATH']}:/usr/local/sbin:/usr/sbin`;

/** A machine in the field: a folder of its own, the address of NATS, and no secret of the system. */
export class FieldNode {
  private relay: RunningProcess | undefined;
  private port = 0;
  private said = '';

  constructor(
    readonly folder: string,
    private readonly nats: Pick<Required<Access>, 'NATS_URL' | 'NATS_CA'>,
  ) {}

  /** All that its commands and its relay printed. */
  get output(): string {
    return this.said + this.log;
  }

  get log(): string {
    return this.relay?.output ?? '';
  }

  async enrol(token: string, ...options: string[]): Promise<EndedProcess> {
    return this.run(['enrol', '--wait', '10s', ...options], { SPILLWAY_JOIN_TOKEN: token });
  }

  async renew(wait = '10s'): Promise<EndedProcess> {
    return this.run(['enrol', 'renew', '--wait', wait]);
  }

  async apply(): Promise<EndedProcess> {
    return this.run(['enrol', 'apply', '--userdb', this.database, '--realm', REALM]);
  }

  /** Renders its configuration and starts coturn with it. @returns the URL clients reach it at. */
  async startRelay(): Promise<string> {
    this.port = await freePort();
    const first = randomInt(32_768, 60_000 - PORTS);
    const config = join(this.folder, 'turnserver.conf');
    const address = ['--realm', REALM, '--listen-ip', '127.0.0.1', '--port', `${this.port}`];
    const ports = ['--min-port', `${first}`, '--max-port', `${first + PORTS}`];
    const files = ['--userdb', this.database, '--pidfile', join(this.folder, 'coturn.pid'), '--out', config];
    const quotas = [
      '--user-quota',
      '50',
      '--total-quota',
      '100',
      '--max-bps',
      '4e6',
      '--bps-capacity',
      '1e9',
    ];
    const cli = [
      '--cli-port',
      `${await freePort()}`,
      '--cli-password-file',
      join(this.folder, 'cli-password'),
    ];
    const rendered = ['render', 'coturn', '--enrolled', this.folder];
    await this.runWell([...rendered, ...address, ...ports, ...quotas, ...cli, ...files]);
    this.relay = startProcess('turnserver', ['-c', config], { PATH, HOME: this.folder });
    return `turn:127.0.0.1:${this.port}?transport=udp`;
  }

  /** What its reporter is told: what the folder says, and where it is. */
  reporterEnvironment(url: string): Record<string, string> {
    const lines = readFileSync(join(this.folder, 'node.env'), 'utf8').trim().split('\n');
    const enrolled = lines.map((line) => line.split('=') as [string, string]);
    return {
      ...this.nats,
      ...Object.fromEntries(enrolled),
      NODE_URLS: url,
      STUN_CHECK: `127.0.0.1:${this.port}`,
    };
  }

  get credentials(): Required<Access> {
    return { ...this.nats, NATS_CREDENTIALS: join(this.folder, 'nats.creds') };
  }

  /** Every file it has, by path. */
  files(): ReadonlyMap<string, Buffer> {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    return new Map(paths.map((path) => [path, readFileSync(path)]));
  }

  async stop(): Promise<void> {
    this.relay?.signal('SIGKILL');
    await this.relay?.ended;
  }

  private get database(): string {
    return join(this.folder, 'turn.sqlite');
  }

  private async runWell(args: readonly string[]): Promise<void> {
    const { exitCode, output } = await this.run(args);
    if (exitCode !== 0) throw new Error(output);
  }

  private async run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<EndedProcess> {
    const ended = await spillway(args, { ...this.nats, SPILLWAY_NODE_FOLDER: this.folder, ...env });
    this.said += ended.output;
    return ended;
  }
}
