import { TRANSPORTS, type Transport } from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import { parseTurnUri, stunUriOf, transportOf } from '@spillway/turn';

/** Browsers slow down and complain from five servers on; one is the STUN entry. */
export const MAX_TURN_URLS = 3;

const BY_USEFULNESS: readonly Transport[] = ['udp', 'tls', 'tcp'];

type Family = 'ipv4' | 'ipv6' | 'name';

interface OfferedUrl {
  readonly url: string;
  readonly transport: Transport;
  readonly family: Family;
}

const offered = new WeakMap<readonly string[], readonly OfferedUrl[]>();

function urlsOf({ urls }: FleetNode): readonly OfferedUrl[] {
  let known = offered.get(urls);
  if (!known) offered.set(urls, (known = urls.flatMap((url) => describeUrl(url) ?? [])));
  return known;
}

function describeUrl(url: string): OfferedUrl | undefined {
  const host = parseTurnUri(url)?.host;
  const transport = transportOf(url);
  if (host === undefined || transport === undefined) return undefined;
  const family = host.includes(':') ? 'ipv6' : /^[\d.]+$/.test(host) ? 'ipv4' : 'name';
  return { url, transport, family };
}

/**
 * The TURN URLs of a node for one client: one per wanted transport, of the client's address family where the
 * node has both, `limit` at most. When they must be fewer UDP goes first, then TLS, which passes what TCP passes
 * and more.
 */
export function turnUrlsFor(
  node: FleetNode,
  wanted: readonly Transport[],
  clientFamily: 'ipv4' | 'ipv6' | undefined,
  limit: number,
): string[] {
  const urls = urlsOf(node);
  const offers = BY_USEFULNESS.filter(
    (transport) => wanted.includes(transport) && urls.some((url) => url.transport === transport),
  );
  const keep = new Set(offers.slice(0, limit));
  return TRANSPORTS.filter((transport) => keep.has(transport)).flatMap((transport) => {
    const candidates = urls.filter((url) => url.transport === transport);
    const fitting = candidates.find(({ family }) => family === clientFamily) ?? candidates[0];
    return fitting ? [fitting.url] : [];
  });
}

/** `stun:` on the node's own UDP port; `undefined` for a node without one. */
export function stunUrlFor(node: FleetNode, clientFamily: 'ipv4' | 'ipv6' | undefined): string | undefined {
  const [udp] = turnUrlsFor(node, ['udp'], clientFamily, 1);
  return udp === undefined ? undefined : stunUriOf(udp);
}
