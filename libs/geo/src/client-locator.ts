import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ClientLocation, ClientLocator } from './client-location.js';
import { openGeoDatabase } from './geo-database.js';
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
  return remembering((ip) => {
    const address = publicAddress(ip);
    if (!address) return undefined;
    for (const database of byFamily[address.family]) {
      const location = database.find(address.text);
      if (location) return location;
    }
    return undefined;
  });
}

/** Addresses whose place is remembered, about 3 MB; then the memory starts anew. */
const REMEMBERED = 20_000;

/** Who asks once asks again, and a place is found ten times as fast where it was found before. */
function remembering(locate: ClientLocator['locate']): ClientLocator {
  const places = new Map<string, ClientLocation | null>();
  return {
    locate(ip) {
      const known = places.get(ip);
      if (known !== undefined) return known ?? undefined;
      const place = locate(ip);
      if (places.size >= REMEMBERED) places.clear();
      places.set(ip, place ?? null);
      return place;
    },
  };
}

interface PublicAddress {
  readonly family: 4 | 6;
  readonly text: string;
}

/** Canonical text of a globally reachable unicast address, v4-mapped IPv6 as IPv4; `undefined` for any other. */
function publicAddress(ip: string): PublicAddress | undefined {
  if (isIPv4(ip) && isPlainlyPublic(ip)) return { family: 4, text: ip };
  // Neither check is enough alone: one passes zones the other cannot read, the other passes numbers.
  if (isIP(ip) === 0 || !ipaddr.isValid(ip)) return undefined;
  const address = ipaddr.process(ip);
  if (address.range() !== 'unicast') return undefined;
  return { family: address.kind() === 'ipv4' ? 4 : 6, text: address.toString() };
}
