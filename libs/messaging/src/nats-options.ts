import { readFileSync } from 'node:fs';
import { credsAuthenticator, type ConnectionOptions } from '@nats-io/transport-node';
import { inboxPrefixOf } from './credentials.js';
import { ConnectOptionsError } from './errors.js';
import { toTlsOptions } from './nats-tls.js';

/** Where the bus says what went wrong; a Nest logger and `console` both fit. */
export interface BusLogger {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silent: BusLogger = { log: () => {}, warn: () => {}, error: () => {} };

export interface NatsOptions {
  /** Comma list, as in NATS_URL: `nats://10.0.0.1:4222,nats://10.0.0.2:4222`. `nats://user:pass@…` is understood. */
  readonly servers: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  /**
   * Path of a `.creds` file (JWT and seed). It is read again at every attempt to connect, so that it may be replaced
   * while the process runs. The process listens for answers under `_INBOX.<name in the JWT>` alone.
   */
  readonly credentialsFile?: string;
  /** Path of the certificates (PEM) that sign the servers'; those the machine trusts unless told. Asks for TLS. */
  readonly caFile?: string;
  readonly user?: string;
  readonly password?: string;
  readonly logger?: BusLogger;
  /** Milliseconds `close` takes at most; 5,000 unless told. */
  readonly closeTimeoutMs?: number;
}

/** Milliseconds between two attempts to connect: from the first to the tenth, then as the last; jitter on top. */
export const RECONNECT_MS = { first: 100, last: 4_000 } as const;

const DEFAULT_PORT = 4222;

/** @throws {ConnectOptionsError} for what no amount of trying can cure. */
export function toConnectionOptions(options: NatsOptions): ConnectionOptions {
  const servers = options.servers.split(',').flatMap((server) => server.trim() || []);
  if (servers.length === 0) {
    throw new ConnectOptionsError('no-servers', 'No NATS server is named', 'Set NATS_URL');
  }
  const urls = servers.map(parseServer);
  const inUrl = urls.find((url) => url.username !== '');
  const user = options.user ?? (inUrl && decodeURIComponent(inUrl.username));
  const pass = options.password ?? (inUrl && decodeURIComponent(inUrl.password));
  return {
    servers: urls.map(({ host, port }) => (port === '' ? `${host}:${DEFAULT_PORT}` : host).toLowerCase()),
    name: options.name,
    timeout: 5_000,
    // A link that goes silent without a word (a pulled cable, a frozen server) is noticed after two unanswered pings:
    // within 7.5 s, before nodes that are heard every 2 s become unknown after 10.
    pingInterval: 2_500,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    // Rights that are missing now may be granted later; giving up would need a restart.
    ignoreAuthErrorAbort: true,
    ...toTls(options.caFile, urls),
    ...(user !== undefined && { user, pass }),
    ...(options.credentialsFile && toAuthentication(options.credentialsFile)),
  };
}

function toTls(caFile: string | undefined, urls: readonly URL[]): Pick<ConnectionOptions, 'tls'> {
  if (caFile === undefined && !urls.some((url) => url.protocol === 'tls:')) return {};
  const ca = caFile === undefined ? undefined : readText(caFile, UNREADABLE_CA);
  const hosts = urls.map((url) => url.hostname);
  return { tls: toTlsOptions(hosts, ca) };
}

function toAuthentication(path: string): Pick<ConnectionOptions, 'authenticator' | 'inboxPrefix'> {
  let last = readText(path, UNREADABLE_CREDENTIALS);
  const inboxPrefix = inboxPrefixOf(last);
  const read = () => {
    try {
      last = readFileSync(path, 'utf8');
    } catch {
      // In the middle of being replaced, perhaps: what it held before may still do.
    }
    return Buffer.from(last);
  };
  return { authenticator: credsAuthenticator(read), ...(inboxPrefix !== undefined && { inboxPrefix }) };
}

function parseServer(server: string): URL {
  const url = server.includes('://') ? server : `nats://${server}`;
  if (!URL.canParse(url) || new URL(url).hostname === '') {
    // The text may hold a password: it is not repeated.
    throw new ConnectOptionsError(
      'invalid-server',
      'A NATS server is no URL',
      'Write it as nats://host:4222',
    );
  }
  return new URL(url);
}

const UNREADABLE_CREDENTIALS = { code: 'unreadable-credentials', what: 'The NATS credentials file' } as const;
const UNREADABLE_CA = { code: 'unreadable-ca', what: 'The file of certificates for NATS' } as const;

function readText(
  path: string,
  { code, what }: typeof UNREADABLE_CREDENTIALS | typeof UNREADABLE_CA,
): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConnectOptionsError(
      code,
      `${what} ${path} cannot be read`,
      'Check the path and its rights',
      error,
    );
  }
}
