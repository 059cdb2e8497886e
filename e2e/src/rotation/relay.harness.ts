import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@spillway/testkit';
import { spillway } from '../nats/keyring.harness.js';
import { startProcess, type RunningProcess } from '../processes.js';

const REALM = 'turn.example.org';
const PORTS = 400;
const PATH = `${process.env['PATH']}:/usr/local/sbin:/usr/sbin`;

/** A real coturn with the file `spillway render` writes, and its secrets in its database. */
export class Relay {
  readonly epochFile: string;
  private readonly database: string;
  private running: RunningProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly node: string,
    readonly port: number,
  ) {
    this.epochFile = join(folder, 'secret-epoch');
    this.database = join(folder, 'turn.sqlite');
  }

  /** It may take a moment to listen: its reporter tells. */
  static async start(folder: string, node: string, master: string): Promise<Relay> {
    const relay = new Relay(folder, node, await freePort());
    await relay.addSecret(master, 1);
    chmodSync(relay.database, 0o600);
    relay.announce(1);
    const config = join(folder, 'turnserver.conf');
    const first = randomInt(32_768, 60_000 - PORTS);
    await spillwayOrThrow(
      [
        'render',
        'coturn',
        '--node',
        node,
        '--realm',
        REALM,
        '--listen-ip',
        '127.0.0.1',
        '--port',
        `${relay.port}`,
      ].concat([
        '--min-port',
        `${first}`,
        '--max-port',
        `${first + PORTS}`,
        '--userdb',
        relay.database,
        '--out',
        config,
      ]),
      master,
    );
    // What it logs besides, and its pid, where nobody else's are.
    const pid = `--pidfile=${join(folder, 'coturn.pid')}`;
    relay.running = startProcess('turnserver', ['-c', config, pid], { ...process.env, PATH });
    return relay;
  }

  get log(): string {
    return this.running?.output ?? '';
  }

  /** `turnadmin --set-secret` with what `spillway render secret` gives: it counts at once, beside what there is. */
  async addSecret(master: string, epoch: number): Promise<void> {
    this.turnadmin('--set-secret', await this.secretOf(master, epoch));
  }

  async removeSecret(master: string, epoch: number): Promise<void> {
    this.turnadmin('--delete-secret', await this.secretOf(master, epoch));
  }

  /** Has the reporter say which secret is in force. */
  announce(epoch: number): void {
    writeFileSync(this.epochFile, `${epoch}\n`);
  }

  async stop(): Promise<void> {
    this.running?.signal('SIGKILL');
    await this.running?.ended;
  }

  private async secretOf(master: string, epoch: number): Promise<string> {
    return spillwayOrThrow(['render', 'secret', '--node', this.node, '--epoch', `${epoch}`], master);
  }

  private turnadmin(option: string, secret: string): void {
    const args = [`${option}=${secret}`, `--realm=${REALM}`, `--userdb=${this.database}`];
    execFileSync('turnadmin', args, { cwd: this.folder, env: { ...process.env, PATH }, stdio: 'pipe' });
  }
}

async function spillwayOrThrow(args: readonly string[], master: string): Promise<string> {
  const { exitCode, output } = await spillway(args, { TURN_MASTER_SECRET: master });
  if (exitCode !== 0) throw new Error(output);
  return output.trim();
}
