import { TRANSPORTS, type Transport } from '@spillway/contracts';
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

/** What a client of one kind is given. */
interface Choice {
  readonly key: number;
  readonly urls: readonly string[];
  /** That of the first URL, where it is one of UDP. */
  readonly stun: string | undefined;
}

const UDP_ONLY: readonly Transport[] = ['udp'];

/** The URLs of one node, and what was chosen of them for clients. */
export class NodeUrls {
  private readonly described: readonly OfferedUrl[];
  /** Few in number, and most clients are given the first: what is small stays in the processor's cache. */
  private readonly choices: Choice[] = [];

  /** @param offered as the node says them. */
  constructor(readonly offered: readonly string[]) {
    this.described = offered.flatMap((url) => describeUrl(url) ?? []);
  }

  /**
   * Those for one client: one per wanted transport, of the client's address family where the node has both, `limit`
   * at most. When they must be fewer UDP goes first, then TLS, which passes what TCP passes and more.
   */
  turn(wanted: readonly Transport[], clientFamily: ClientFamily, limit: number): readonly string[] {
    return this.chosenFor(wanted, clientFamily, limit).urls;
  }

  /** `stun:` on the node's own UDP port; `undefined` for a node without one. */
  stun(clientFamily: ClientFamily): string | undefined {
    return this.chosenFor(UDP_ONLY, clientFamily, 1).stun;
  }

  private chosenFor(wanted: readonly Transport[], clientFamily: ClientFamily, limit: number): Choice {
    const key = (limit * FAMILIES.length + FAMILIES.indexOf(clientFamily)) * SETS + transportSet(wanted);
    for (const choice of this.choices) if (choice.key === key) return choice;
    const urls = chooseUrls(this.described, wanted, clientFamily, limit);
    const stun = urls[0] === undefined ? undefined : stunUriOf(urls[0]);
    const choice = { key, urls, stun };
    this.choices.push(choice);
    return choice;
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
