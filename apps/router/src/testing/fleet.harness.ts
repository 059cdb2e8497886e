import type { Heartbeat } from '@spillway/contracts';
import type { ClientLocator } from '@spillway/geo';
import { aHeartbeat } from '@spillway/testkit';
import ipaddr from 'ipaddr.js';

export const MASTER_SECRET = 'a master secret for specs';

/** Addresses of the documentation ranges (RFC 5737, RFC 3849) and where the specs have them live. */
export const CLIENTS = {
  frankfurt: '192.0.2.1',
  singapore: '198.51.100.1',
  frankfurtIpv6: '2001:db8::1',
} as const;

const FRANKFURT = { latitude: 50.1, longitude: 8.7, country: 'DE', continent: 'EU' } as const;
const SINGAPORE = { latitude: 1.3, longitude: 103.8, country: 'SG', continent: 'AS' } as const;

/** Knows these, in any spelling, and nobody else. */
export const locator: ClientLocator = {
  locate: (ip) => {
    const address = ipaddr.isValid(ip) ? ipaddr.process(ip).toString() : ip;
    if (address === CLIENTS.singapore) return SINGAPORE;
    return address === CLIENTS.frankfurt || address === CLIENTS.frankfurtIpv6 ? FRANKFURT : undefined;
  },
};

export const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'] as const;

/** A node called `<region>-<name>` in each region; it stays fresh for as long as a spec takes. */
export const aFleet = (overrides: Parameters<typeof aHeartbeat>[0] = {}, name = '1'): Heartbeat[] =>
  REGIONS.map((region) => {
    const own = { region, nodeId: `${region}-${name}`, intervalMs: 60_000 };
    return aHeartbeat({ ...own, ...overrides });
  });
