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

interface KnownOffer extends Offer {
  readonly key: number;
}

const UDP_ONLY: readonly Transport[] = ['udp'];

/** The URLs of one node, and what was chosen of them for clients. */
export class NodeUrls {
  private readonly described: readonly OfferedUrl[];
  /** Few in number. */
  private readonly offers: KnownOffer[] = [];
  /** Most clients are given the same: what is asked for first is found without looking at a list. */
  private latest: KnownOffer | undefined;

  /** @param offered as the node says them. */
  constructor(readonly offered: readonly string[]) {
    this.described = offered.flatMap((url) => describeUrl(url) ?? []);
  }

  /**
   * For one client: one URL per wanted transport, of the client's address family where the node has both, `limit` at
   * most. When they must be fewer UDP goes first, then TLS, which passes what TCP passes and more.
   */
  offer(wanted: readonly Transport[], clientFamily: ClientFamily, limit: number): Offer {
    const key = (limit * FAMILIES.length + FAMILIES.indexOf(clientFamily)) * SETS + transportSet(wanted);
    if (this.latest?.key !== key) {
      this.latest =
        this.offers.find((offer) => offer.key === key) ?? this.addOffer(key, wanted, clientFamily, limit);
    }
    return this.latest;
  }

  private addOffer(
    key: number,
    wanted: readonly Transport[],
    clientFamily: ClientFamily,
    limit: number,
  ): KnownOffer {
    const [udp] = chooseUrls(this.described, UDP_ONLY, clientFamily, 1);
    const stun = udp === undefined ? undefined : stunUriOf(udp);
    const urls = chooseUrls(this.described, wanted, clientFamily, limit);
    const offer = { key, urls, stun: stun === undefined ? undefined : { urls: [stun] } };
    this.offers.push(offer);
    return offer;
  }
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
