import type { Heartbeat } from '@spillway/contracts';
import type { ClientLocator } from '@spillway/geo';
import { aHeartbeat } from '@spillway/testkit';

export const EUROPE = ['eu-central-1', 'eu-west-1', 'eu-north-1'] as const;
export const ELSEWHERE = ['us-east-1', 'ap-southeast-1', 'sa-east-1', 'af-south-1'] as const;
export const WORLD = [...EUROPE, ...ELSEWHERE];

/** The regions of the world as a policy names them: where they are is known. */
export const worldRegions = () => Object.fromEntries(WORLD.map((region) => [region, {}]));

/** Takes the first two numbers of an IPv4 address for a place; of what else there is it knows nothing. */
export const worldLocator: ClientLocator = {
  locate: (ip) => {
    const [north, east, ...rest] = ip.split('.').map(Number);
    if (north === undefined || east === undefined || rest.length !== 2) return undefined;
    const place = { latitude: (north / 255) * 180 - 90, longitude: (east / 255) * 360 - 180 };
    return { ...place, country: null, continent: null };
  },
};

/** Two nodes in each region, called `<region>-<name>`; they stay fresh for as long as a spec takes. */
export function aWorld(
  overrides: (region: string) => Parameters<typeof aHeartbeat>[0] = () => ({}),
): Heartbeat[] {
  return WORLD.flatMap((region) =>
    ['a', 'b'].map((zone) =>
      aHeartbeat({ region, nodeId: `${region}-${zone}`, zone, intervalMs: 60_000, ...overrides(region) }),
    ),
  );
}
