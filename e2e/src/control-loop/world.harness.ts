import type { PolicyDocument } from '@spillway/contracts';
import { defaultGeoDatabases, estimateRttMs, openGeoDatabases } from '@spillway/geo';

/** Somebody with a real IPv4 address, as the routers' database of addresses locates it. */
export interface Client {
  readonly ip: string;
  /** The region with the shortest round trip. */
  readonly home: string;
  /** To every region, in milliseconds, by the routers' own estimate. */
  readonly rttMs: ReadonlyMap<string, number>;
}

/** Addresses looked at before a region is given up for which there are too few. */
const MAX_DRAWS = 1_000_000;

/**
 * Clients by home region, `perRegion` of each, drawn from the public IPv4 addresses.
 * @throws when a region is nobody's nearest.
 */
export async function drawClients(
  { regions }: PolicyDocument,
  perRegion: number,
  random: () => number,
): Promise<ReadonlyMap<string, readonly Client[]>> {
  const [ipv4 = ''] = defaultGeoDatabases();
  const locator = await openGeoDatabases([ipv4]);
  const clients = new Map<string, Client[]>(Object.keys(regions).map((region) => [region, []]));
  let missing = clients.size * perRegion;
  for (let draws = 0; missing > 0 && draws < MAX_DRAWS; draws++) {
    const ip = drawAddress(random);
    const place = locator.locate(ip);
    if (!place) continue;
    const client = clientAt(ip, roundToDegree(place), regions);
    const neighbours = clients.get(client.home);
    if (!neighbours || neighbours.length >= perRegion) continue;
    neighbours.push(client);
    missing--;
  }
  for (const [region, found] of clients)
    if (found.length === 0) throw new Error(`nobody lives near ${region}`);
  return clients;
}

function drawAddress(random: () => number): string {
  const octets = Array.from({ length: 4 }, () => Math.floor(random() * 256));
  return `${1 + ((octets[0] ?? 0) % 223)}.${octets.slice(1).join('.')}`;
}

type Place = Pick<PolicyDocument['regions'][string], 'latitude' | 'longitude'>;

/** As routers do: what is recorded of a client says no more than this. */
const roundToDegree = ({ latitude, longitude }: Place): Place => ({
  latitude: Math.round(latitude),
  longitude: Math.round(longitude),
});

function clientAt(ip: string, place: Place, regions: PolicyDocument['regions']): Client {
  const rttMs = new Map(
    Object.entries(regions).map(([id, region]) => [id, estimateRttMs(place, region)] as const),
  );
  const [home] = [...rttMs].reduce((best, next) => (next[1] < best[1] ? next : best));
  return { ip, home, rttMs };
}
