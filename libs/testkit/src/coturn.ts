import { randomBytes, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { freePort } from './free-port.js';

export interface CoturnOptions {
  /** Address it listens and relays on; loopback unless told. */
  readonly host?: string;
  /** A free one unless told. It stays the same over restarts. */
  readonly port?: number;
  /** Secret of its time-limited credentials; a random one unless told. */
  readonly secret?: string;
  readonly realm?: string;
  /** Peers that may be reached although their addresses are private; its own address unless told. */
  readonly allowedPeerIps?: readonly string[];
  /** Further arguments of turnserver. */
  readonly args?: readonly string[];
}

/** A real coturn without TLS, with its telnet command line. */
export interface StartedCoturn {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly realm: string;
  readonly cliPort: number;
  readonly cliPassword: string;
  /** Process id of the run at hand. */
  readonly pid: number;
  /** What it printed so far, all runs together. */
  readonly log: string;
  /** As `kill -9`. */
  kill(): Promise<void>;
  /** Again on the same ports. */
  restart(): Promise<void>;
  /** Ends it and removes what it wrote. */
  stop(): Promise<void>;
}

/** Relay ports of one server; servers of tests that run at the same time should not share many of them. */
const RELAY_PORTS = 100;

export async function startCoturn(options: CoturnOptions = {}): Promise<StartedCoturn> {
  const { host = '127.0.0.1', realm = 'spillway.test' } = options;
  const settings = {
    host,
    realm,
    port: options.port ?? (await freePort()),
    secret: options.secret ?? randomBytes(16).toString('hex'),
    cliPort: await freePort(),
    cliPassword: randomBytes(8).toString('hex'),
    scratch: await mkdtemp(join(tmpdir(), 'spillway-coturn-')),
  };
  const args = [...argumentsOf(settings, options), ...(options.args ?? [])];
  let log = '';
  const run = () => startTurnserver(args, settings, (text) => (log += text));
  let running = await run();
  return {
    ...settings,
    get pid() {
      return running.pid;
    },
    get log() {
      return log;
    },
    kill: () => running.kill(),
    restart: async () => {
      await running.kill();
      running = await run();
    },
    stop: async () => {
      await running.kill();
      await rm(settings.scratch, { recursive: true, force: true });
    },
  };
}

type Settings = Pick<StartedCoturn, 'host' | 'port' | 'secret' | 'realm' | 'cliPort' | 'cliPassword'> & {
  readonly scratch: string;
};

function argumentsOf(settings: Settings, { allowedPeerIps }: CoturnOptions): string[] {
  const { host, port, secret, realm, cliPort, cliPassword, scratch } = settings;
  const firstRelayPort = randomInt(20_000, 32_000 - RELAY_PORTS);
  return [
    '-n',
    `--listening-ip=${host}`,
    `--relay-ip=${host}`,
    `--listening-port=${port}`,
    `--min-port=${firstRelayPort}`,
    `--max-port=${firstRelayPort + RELAY_PORTS - 1}`,
    '--no-tls',
    '--no-dtls',
    '--use-auth-secret',
    `--static-auth-secret=${secret}`,
    `--realm=${realm}`,
    '--allow-loopback-peers',
    ...(allowedPeerIps ?? [host]).map((ip) => `--allowed-peer-ip=${ip}`),
    '--cli-ip=127.0.0.1',
    `--cli-port=${cliPort}`,
    `--cli-password=${cliPassword}`,
    '--log-file=stdout',
    `--pidfile=${join(scratch, 'pid')}`,
    `--userdb=${join(scratch, 'turndb')}`,
  ];
}

interface RunningTurnserver {
  readonly pid: number;
  kill(): Promise<void>;
}

/** It ends with this process at the latest. */
async function startTurnserver(
  args: readonly string[],
  { host, port, cliPort, scratch }: Settings,
  onOutput: (text: string) => void,
): Promise<RunningTurnserver> {
  const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin`;
  const server = execa('turnserver', args, {
    cwd: scratch,
    env: { PATH: path },
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  let output = '';
  server.all.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    onOutput(chunk.toString());
  });
  const ended = new AbortController();
  void server.then(() => ended.abort());
  try {
    await Promise.all([answersStun(host, port, ended.signal), accepts(cliPort, ended.signal)]);
  } catch (error) {
    throw new Error(`turnserver ended before it was ready:\n${output}`, { cause: error });
  }
  return {
    pid: server.pid ?? 0,
    kill: async () => {
      server.kill('SIGKILL');
      await server;
    },
  };
}

const RETRY_MS = 50;

/** Sends STUN binding requests (RFC 8489) until one is answered. */
async function answersStun(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const request = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]);
  const retry = setInterval(() => socket.send(request, port, host), RETRY_MS);
  try {
    await once(socket, 'message', { signal });
  } finally {
    clearInterval(retry);
    socket.close();
  }
}

async function accepts(port: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect', { signal }).then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(RETRY_MS, undefined, { signal });
  }
}
