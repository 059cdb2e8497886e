import type { Transport } from '@spillway/contracts';
import { transportOf } from '@spillway/turn';

/** A set of transports as bits, because every request compares them. */
export type TransportSet = number;

const BITS: Record<Transport, number> = { udp: 1, tcp: 2, tls: 4 };

export const ALL_TRANSPORTS: TransportSet = 7;

export function transportSet(transports: Iterable<Transport>): TransportSet {
  let set = 0;
  for (const transport of transports) set |= BITS[transport];
  return set;
}

/** What a node's TURN URIs offer to clients. */
export function transportsOfUrls(urls: readonly string[]): TransportSet {
  return transportSet(urls.map(transportOf).filter((transport) => transport !== undefined));
}
