import type { GeoPoint } from './distance.js';

/** The continent codes of GeoNames and MaxMind. */
export const CONTINENTS = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'] as const;
export type Continent = (typeof CONTINENTS)[number];

/** Where a client is, as far as a database of addresses knows. */
export interface ClientLocation extends GeoPoint {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  readonly continent: Continent | null;
}

/** Finds clients by their address. */
export interface ClientLocator {
  /** `undefined` for private and other special addresses, for unknown ones and for what is no address. */
  locate(ip: string): ClientLocation | undefined;
}

export function isContinent(code: unknown): code is Continent {
  return CONTINENTS.some((continent) => continent === code);
}
