import { countries } from 'countries-list';
import { isContinent, type ClientLocation, type Continent } from './client-location.js';

/** Reads a database's record; `undefined` when it has no coordinates where this layout keeps them. */
export type RecordLayout = (record: unknown) => ClientLocation | undefined;

/** MaxMind's GeoLite2-City, GeoIP2-City and what follows them: `location.latitude`, `country.iso_code` … */
const nested: RecordLayout = (record) => {
  const continent = field(field(record, 'continent'), 'code');
  return clientLocation(
    field(record, 'location'),
    field(field(record, 'country'), 'iso_code'),
    isContinent(continent) ? continent : undefined,
  );
};

/** The `@ip-location-db` packages: `latitude`, `country_code` … at the top. */
const flat: RecordLayout = (record) => clientLocation(record, field(record, 'country_code'), undefined);

/** The layouts, in the order they are tried on a database's first records. */
export const RECORD_LAYOUTS: readonly RecordLayout[] = [nested, flat];

function clientLocation(
  point: unknown,
  countryCode: unknown,
  continent: Continent | undefined,
): ClientLocation | undefined {
  const latitude = field(point, 'latitude');
  const longitude = field(point, 'longitude');
  if (!isDegrees(latitude, 90) || !isDegrees(longitude, 180)) return undefined;
  // Databases write "unknown" as 0°, 0°, a place in the sea.
  if (latitude === 0 && longitude === 0) return undefined;
  const country = typeof countryCode === 'string' && isCountry(countryCode) ? countryCode : null;
  return {
    latitude,
    longitude,
    country,
    continent: continent ?? (country === null ? null : countries[country].continent),
  };
}

function field(record: unknown, name: string): unknown {
  return typeof record === 'object' && record !== null
    ? (record as Record<string, unknown>)[name]
    : undefined;
}

function isDegrees(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}

function isCountry(code: string): code is keyof typeof countries {
  return Object.hasOwn(countries, code);
}
