import { parseTurnUri, portOf, transportOf } from '@spillway/turn';

/** Where a relay is asked whether it is there. */
export interface StunTarget {
  readonly transport: 'udp' | 'tcp';
  readonly host: string;
  readonly port: number;
}

const TARGET = /^(?:(udp|tcp):)?(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i;

/** Reads `host:port` or `tcp:host:port`, an IPv6 address in brackets; `undefined` for anything else. */
export function parseStunTarget(text: string): StunTarget | undefined {
  const [, transport = 'udp', ipv6, name, digits] = TARGET.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { transport: transport.toLowerCase() as StunTarget['transport'], host, port };
}

export function formatStunTarget({ transport, host, port }: StunTarget): string {
  return `${transport}:${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The first of a node's URLs that can be asked without TLS, one over UDP before one over TCP. */
export function stunTargetOf(urls: readonly string[]): StunTarget | undefined {
  for (const transport of ['udp', 'tcp'] as const) {
    const url = urls.find((candidate) => transportOf(candidate) === transport);
    const uri = url === undefined ? undefined : parseTurnUri(url);
    if (uri) return { transport, host: uri.host, port: portOf(uri) };
  }
  return undefined;
}
