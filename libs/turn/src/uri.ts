/** A TURN URI, RFC 7065. */
export interface TurnUri {
  readonly scheme: 'turn' | 'turns';
  /** A host name or an IPv4 or IPv6 address, without brackets. */
  readonly host: string;
  /** 1–65535; `undefined` stands for the scheme's default. */
  readonly port: number | undefined;
  readonly transport: 'udp' | 'tcp' | undefined;
}

/** How a client reaches a relay: `tls` is TURN over TLS over TCP. */
export type TurnTransport = 'udp' | 'tcp' | 'tls';

const URI =
  /^(turns?):(?:\[([^\]]+)\]|([a-z0-9][a-z0-9._-]{0,252}))(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;
const IPV6 = /^[0-9a-f:.]+$/i;

/** RFC 7065 §3.2. */
const DEFAULT_PORTS = { turn: 3478, turns: 5349 } as const;

/** Reads a TURN URI; `undefined` for anything else, and for transports other than `udp` and `tcp`. */
export function parseTurnUri(text: string): TurnUri | undefined {
  const match = URI.exec(text);
  if (!match) return undefined;
  const [, scheme, ipv6, name, digits, transport] = match;
  const host = ipv6 ?? name ?? '';
  if (ipv6 !== undefined && !isIpv6(ipv6)) return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return {
    scheme: scheme?.toLowerCase() as TurnUri['scheme'],
    host,
    port,
    transport: transport?.toLowerCase() as TurnUri['transport'],
  };
}

export function formatTurnUri({ scheme, host, port, transport }: TurnUri): string {
  const query = transport === undefined ? '' : `?transport=${transport}`;
  return `${scheme}:${authority(host, port)}${query}`;
}

/** The port a client connects to. */
export function portOf({ scheme, port }: TurnUri): number {
  return port ?? DEFAULT_PORTS[scheme];
}

/**
 * The transport of a TURN URI as browsers read it: UDP for `turn:` and TLS for `turns:` where none is named.
 * `undefined` for DTLS (`turns:` over UDP), which they do not offer, and for what is no TURN URI.
 */
export function transportOf(uri: string): TurnTransport | undefined {
  const parsed = parseTurnUri(uri);
  if (!parsed) return undefined;
  if (parsed.scheme === 'turn') return parsed.transport ?? 'udp';
  return parsed.transport === 'udp' ? undefined : 'tls';
}

/**
 * The `stun:` URI of the same server, for a TURN URI over UDP; `undefined` for others. It carries no
 * `transport=`: RFC 7064 has none and browsers refuse the whole list for it.
 */
export function stunUriOf(turnUri: string): string | undefined {
  const parsed = parseTurnUri(turnUri);
  if (!parsed || transportOf(turnUri) !== 'udp') return undefined;
  return `stun:${authority(parsed.host, parsed.port)}`;
}

function authority(host: string, port: number | undefined): string {
  const literal = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? literal : `${literal}:${port}`;
}

function isIpv6(text: string): boolean {
  return IPV6.test(text) && URL.canParse(`http://[${text}]/`);
}
