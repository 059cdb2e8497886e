import { TRANSPORTS, type IceServer, type Transport } from '@spillway/contracts';
import { transportSet } from '@spillway/fleet';
import { parseTurnUri, stunUriOf, transportOf } from '@spillway/turn';

/** Browsers slow down and complain from five servers on; one is the STUN entry. */
export const MAX_TURN_URLS = 3;

const BY_USEFULNESS: readonly Transport[] = ['udp', 'tls', 'tcp'];

/** Of the address a client asks from; `undefined` when it is not known. */
export type ClientFamily = 'ipv4' | 'ipv6' | undefined;
const FAMILIES: readonly ClientFamily[] = ['ipv4', 'ipv6', undefined];
/** Sets of transports there are. */
const SETS = 2 ** TRANSPORTS.length;

/** What of a client decides which URLs of a node it is given. */
export interface ClientKind {
  readonly wanted: readonly Transport[];
  readonly family: ClientFamily;
  /** URLs it may be given at most. */
  readonly limit: number;
}

/** Tells kinds of clients apart. */
export function keyOf({ wanted, family, limit }: ClientKind): number {
  return (limit * FAMILIES.length + FAMILIES.indexOf(family)) * SETS + transportSet(wanted);
}

type Family = 'ipv4' | 'ipv6' | 'name';

interface OfferedUrl {
  readonly url: string;
  readonly transport: Transport;
  readonly family: Family;
}

/** What clients of one kind are given of a node. Shared among their answers: not to be written to. */
export interface Offer {
  readonly urls: string[];
  /** `stun:` on the node's own UDP port; `undefined` for a node without one. */
  readonly stun: IceServer | undefined;
}

const UDP_ONLY: readonly Transport[] = ['udp'];

/**
 * Of the URLs a node says it has, one for each wanted transport, of the client's address family where the node has
 * both, `limit` at most. When they must be fewer UDP goes first, then TLS, which passes what TCP passes and more.
 */
export function offerOf(offered: readonly string[], { wanted, family, limit }: ClientKind): Offer {
  const described = offered.flatMap((url) => describeUrl(url) ?? []);
  const [udp] = chooseUrls(described, UDP_ONLY, family, 1);
  const stun = udp === undefined ? undefined : stunUriOf(udp);
  return {
    urls: chooseUrls(described, wanted, family, limit),
    stun: stun === undefined ? undefined : { urls: [stun] },
  };
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
