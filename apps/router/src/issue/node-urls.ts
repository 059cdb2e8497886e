import { TRANSPORTS, type Transport } from '@spillway/contracts';
import { transportSet, type FleetNode } from '@spillway/fleet';
import { parseTurnUri, stunUriOf, transportOf } from '@spillway/turn';

/** Browsers slow down and complain from five servers on; one is the STUN entry. */
export const MAX_TURN_URLS = 3;

const BY_USEFULNESS: readonly Transport[] = ['udp', 'tls', 'tcp'];

/** Of the address a client asks from; `undefined` when it is not known. */
export type ClientFamily = 'ipv4' | 'ipv6' | undefined;
const FAMILIES: readonly ClientFamily[] = ['ipv4', 'ipv6', undefined];

type Family = 'ipv4' | 'ipv6' | 'name';

interface OfferedUrl {
  readonly url: string;
  readonly transport: Transport;
  readonly family: Family;
}

/** What was worked out for a node's URLs; they stay the same from heartbeat to heartbeat. */
interface KnownUrls {
  readonly offered: readonly OfferedUrl[];
  readonly choices: Map<number, readonly string[]>;
  readonly stun: Map<ClientFamily, string | undefined>;
}

const known = new WeakMap<readonly string[], KnownUrls>();

/**
 * The TURN URLs of a node for one client: one per wanted transport, of the client's address family where the
 * node has both, `limit` at most. When they must be fewer UDP goes first, then TLS, which passes what TCP passes
 * and more.
 */
export function turnUrlsFor(
  node: FleetNode,
  wanted: readonly Transport[],
  clientFamily: ClientFamily,
  limit: number,
): readonly string[] {
  const { offered, choices } = urlsOf(node);
  const key = (limit * 3 + FAMILIES.indexOf(clientFamily)) * 8 + transportSet(wanted);
  let urls = choices.get(key);
  if (!urls) choices.set(key, (urls = chooseUrls(offered, wanted, clientFamily, limit)));
  return urls;
}

/** `stun:` on the node's own UDP port; `undefined` for a node without one. */
export function stunUrlFor(node: FleetNode, clientFamily: ClientFamily): string | undefined {
  const { offered, stun } = urlsOf(node);
  if (!stun.has(clientFamily)) {
    const [udp] = chooseUrls(offered, ['udp'], clientFamily, 1);
    stun.set(clientFamily, udp === undefined ? undefined : stunUriOf(udp));
  }
  return stun.get(clientFamily);
}

function urlsOf({ urls }: FleetNode): KnownUrls {
  let entry = known.get(urls);
  if (!entry) {
    entry = { offered: urls.flatMap((url) => describeUrl(url) ?? []), choices: new Map(), stun: new Map() };
    known.set(urls, entry);
  }
  return entry;
}

function describeUrl(url: string): OfferedUrl | undefined {
  const host = parseTurnUri(url)?.host;
  const transport = transportOf(url);
  if (host === undefined || transport === undefined) return undefined;
  const family = host.includes(':') ? 'ipv6' : /^[\d.]+$/.test(host) ? 'ipv4' : 'name';
  return { url, transport, family };
}

function chooseUrls(
  offered: readonly OfferedUrl[],
  wanted: readonly Transport[],
  clientFamily: ClientFamily,
  limit: number,
): string[] {
  const offers = BY_USEFULNESS.filter(
    (transport) => wanted.includes(transport) && offered.some((url) => url.transport === transport),
  );
  const keep = new Set(offers.slice(0, limit));
  return TRANSPORTS.filter((transport) => keep.has(transport)).flatMap((transport) => {
    const candidates = offered.filter((url) => url.transport === transport);
    const fitting = candidates.find(({ family }) => family === clientFamily) ?? candidates[0];
    return fitting ? [fitting.url] : [];
  });
}
