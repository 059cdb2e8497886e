import { isBelowVersion } from '@spillway/fleet';
import ipaddr from 'ipaddr.js';
import { DENIED_PEERS } from './denied-peers.js';
import { LocalNodeError } from './local-node-error.js';
import type { NodeConfig } from './node-config.js';

export interface CoturnConfig extends NodeConfig {
  /** Of coturn: options came and went. */
  readonly version: string;
  /** The telnet command line on loopback, for builds without the exporter. Off unless given. */
  readonly cli?: { readonly port: number; readonly password: string } | undefined;
  /** Coturn's own default unless given. */
  readonly pidFile?: string;
  /** SQLite file; coturn's own default unless given. */
  readonly database?: string;
  /** In the database it can be replaced while coturn runs, one in this file cannot; in this file unless told. */
  readonly secretIsIn?: 'file' | 'database';
  readonly quotas?: CoturnQuotas;
}

/** Who asks for more is answered 486 (Allocation Quota Reached), and what is sent beyond is dropped. */
export interface CoturnQuotas {
  /** Allocations of one user of credentials, and of all. */
  readonly userAllocations?: number | undefined;
  readonly allocations?: number | undefined;
  /** Bits per second in each direction, of one allocation and of all. */
  readonly allocationBps?: number | undefined;
  readonly bps?: number | undefined;
}

/** Coturn's own port for it. */
const EXPORTER_PORT = 9641;

/**
 * The whole of a turnserver.conf: safe, and with the options its version knows.
 * @throws {LocalNodeError} for metrics where the exporter cannot be kept on loopback.
 */
export function renderCoturn(config: CoturnConfig): string {
  const sections = [
    [`# ${config.nodeId}, for coturn ${config.version}. ${whereTheSecretIs(config)}`],
    listeners(config),
    credentials(config),
    tls(config),
    quotas(config),
    peers(config),
    reporting(config),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const whereTheSecretIs = ({ secretIsIn }: CoturnConfig) =>
  secretIsIn === 'database'
    ? "The node's secret is in userdb: keep that from other users."
    : "Holds the node's secret: keep it from other users.";

function listeners({ listenIps, externalIps, port, relayPorts, version }: CoturnConfig): string[] {
  return [
    ...listenIps.flatMap((ip) => [`listening-ip=${ip}`, `relay-ip=${ip}`]),
    ...externalIps.filter((ip) => !listenIps.includes(ip)).map((ip) => `external-ip=${ip}`),
    `listening-port=${port}`,
    `min-port=${relayPorts.min}`,
    `max-port=${relayPorts.max}`,
    '# Relays UDP only, and says no more to strangers than it must.',
    'no-tcp-relay',
    ...optionsFor(version, '4.6.0', '4.7.0', 'no-rfc5780', 'no-stun-backward-compatibility'),
  ];
}

function credentials({ realm, secret, earlierSecrets = [], secretIsIn }: CoturnConfig): string[] {
  const secrets = secretIsIn === 'database' ? [] : [secret, ...earlierSecrets];
  return [
    '# Time-limited credentials, valid on this node alone.',
    'use-auth-secret',
    ...secrets.map((each) => `static-auth-secret=${each}`),
    `realm=${realm}`,
    'stale-nonce=600',
    'fingerprint',
  ];
}

/** DTLS is off: no browser offers it, and its listener does work for strangers. */
function tls({ tls, version }: CoturnConfig): string[] {
  const noDtls = optionsFor(version, '0', '4.17.0', 'no-dtls');
  if (!tls) return ['no-tls', ...noDtls];
  return [
    `tls-listening-port=${tls.port}`,
    `cert=${tls.certFile}`,
    `pkey=${tls.keyFile}`,
    ...noDtls,
    // In 4.6.0 they did the opposite; from 4.7.0 on they are off unless asked for.
    ...optionsFor(version, '4.6.1', '4.7.0', 'no-tlsv1', 'no-tlsv1_1'),
  ];
}

/** Coturn counts bandwidth in bytes. */
function quotas({ quotas = {} }: CoturnConfig): string[] {
  const { userAllocations, allocations, allocationBps, bps } = quotas;
  const option = (name: string, value: number | undefined) =>
    value === undefined ? [] : [`${name}=${value}`];
  const inBytes = (bits: number | undefined) => bits && Math.ceil(bits / 8);
  return [
    ...option('user-quota', userAllocations),
    ...option('total-quota', allocations),
    ...option('max-bps', inBytes(allocationBps)),
    ...option('bps-capacity', inBytes(bps)),
  ];
}

function peers({ allowedPeers, externalIps, listenIps }: CoturnConfig): string[] {
  // Behind NAT coturn turns its public address, as a peer, into the private one before it looks at these rules.
  const isolated = externalIps.length > 0 ? listenIps.filter((ip) => !allowedPeers.includes(ip)) : [];
  return [
    '# Peers it must not relay to. Without these lines coturn relays into private networks.',
    'no-multicast-peers',
    ...DENIED_PEERS.flatMap(({ why, networks }) =>
      [`# ${why}`].concat(networks.map((network) => `denied-peer-ip=${addressRange(network)}`)),
    ),
    ...(allowedPeers.length > 0 ? ['# Exceptions: they win over the above.'] : []),
    ...allowedPeers.map((ip) => `allowed-peer-ip=${ip}`),
    ...isolated.flatMap((ip) => [
      "# Lets two clients of this node reach each other, and both this machine's other UDP services:",
      `# allowed-peer-ip=${ip}`,
    ]),
  ];
}

function reporting({ version, hasMetrics, cli, pidFile, database }: CoturnConfig): string[] {
  if (hasMetrics && isBelowVersion(version, '4.6.3')) {
    throw new LocalNodeError(
      'unsafe-exporter',
      `--metrics: coturn ${version} opens its exporter to every address; use 4.6.3 or newer, or --cli-port instead`,
    );
  }
  return [
    'log-file=stdout',
    // The reporter tells the version from it; it is sent by default before.
    ...optionsFor(version, '4.7.0', undefined, 'software-attribute'),
    ...(hasMetrics ? ['prometheus', 'prometheus-address=127.0.0.1', `prometheus-port=${EXPORTER_PORT}`] : []),
    ...(cli
      ? [
          ...optionsFor(version, '4.10.0', undefined, 'cli'),
          'cli-ip=127.0.0.1',
          `cli-port=${cli.port}`,
          `cli-password=${cli.password}`,
        ]
      : optionsFor(version, '0', '4.10.0', 'no-cli')),
    ...(pidFile === undefined ? [] : [`pidfile=${pidFile}`]),
    ...(database === undefined ? [] : [`userdb=${database}`]),
  ];
}

/** The options if `version` is one of those from `since` on and before `until`. */
function optionsFor(
  version: string,
  since: string,
  until: string | undefined,
  ...options: string[]
): string[] {
  const isNewEnough = !isBelowVersion(version, since);
  return isNewEnough && (until === undefined || isBelowVersion(version, until)) ? options : [];
}

/** Coturn wants the first and the last address of a network. */
function addressRange(cidr: string): string {
  const family = cidr.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  const [first, last] = [family.networkAddressFromCIDR(cidr), family.broadcastAddressFromCIDR(cidr)].map(
    String,
  );
  return first === last ? `${first}` : `${first}-${last}`;
}
