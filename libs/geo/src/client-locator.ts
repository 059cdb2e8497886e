import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ClientLocation, ClientLocator } from './client-location.js';
import { openGeoDatabase } from './geo-database.js';
import { ipv4Number } from './ipv4.js';
import { PlaceMemory } from './place-memory.js';
import { isPlainlyPublic } from './public-ipv4.js';

/**
 * Opens .mmdb files of cities, MaxMind's or those of `@ip-location-db`: one file for IPv4 and IPv6, or one for
 * each. Where files overlap, the first in the list that knows a place for an address wins.
 * @throws {GeoDatabaseError} when a file is missing, broken or has no coordinates.
 */
export async function openGeoDatabases(paths: readonly string[]): Promise<ClientLocator> {
  const databases = await Promise.all(paths.map(openGeoDatabase));
  const byFamily = {
    // IPv6 files may hold IPv4 too, but an IPv4 file asked for an IPv6 address answers nonsense.
    4: databases,
    6: databases.filter(({ addressFamily }) => addressFamily === 6),
  };
  return remembering((ip, ipv4) => {
    const address = publicAddress(ip, ipv4);
    if (!address) return undefined;
    for (const database of address.ipv4 === undefined ? byFamily[6] : byFamily[4]) {
      const location = database.find(address.text, address.ipv4);
      if (location) return location;
    }
    return undefined;
  });
}

/** Other addresses than IPv4 whose place is remembered, about 3 MB; then the memory starts anew. */
const REMEMBERED = 20_000;

type Locate = (ip: string, ipv4: number | undefined) => ClientLocation | undefined;

/** Who asks once asks again, and a place is found ten times as fast where it was found before. */
function remembering(locate: Locate): ClientLocator {
  const places = new PlaceMemory();
  const others = new Map<string, ClientLocation | null>();
  return {
    locate(ip) {
      const ipv4 = ipv4Number(ip);
      const known = ipv4 === undefined ? others.get(ip) : places.recall(ipv4);
      if (known !== undefined) return known ?? undefined;
      const place = locate(ip, ipv4);
      if (ipv4 !== undefined) places.keep(ipv4, place ?? null);
      else {
        if (others.size >= REMEMBERED) others.clear();
        others.set(ip, place ?? null);
      }
      return place;
    },
  };
}

interface PublicAddress {
  readonly text: string;
  /** Its number, where it is one of IPv4. */
  readonly ipv4: number | undefined;
}

/** Canonical text of a globally reachable unicast address, v4-mapped IPv6 as IPv4; `undefined` for any other. */
function publicAddress(ip: string, ipv4: number | undefined): PublicAddress | undefined {
  if (ipv4 !== undefined && isPlainlyPublic(ipv4)) return { text: ip, ipv4 };
  // Neither check is enough alone: one passes zones the other cannot read, the other passes numbers.
  if (isIP(ip) === 0 || !ipaddr.isValid(ip)) return undefined;
  const address = ipaddr.process(ip);
  if (address.range() !== 'unicast') return undefined;
  const text = address.toString();
  return { text, ipv4: ipv4Number(text) };
}
