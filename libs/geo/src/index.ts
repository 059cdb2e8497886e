export { distanceKm, type GeoPoint } from './distance.js';
export { estimateRttMs } from './rtt.js';
export { CONTINENTS, type ClientLocation, type ClientLocator, type Continent } from './client-location.js';
export { openGeoDatabases } from './client-locator.js';
export { GeoDatabaseError, type GeoDatabaseFault } from './geo-database.js';
export { defaultGeoDatabases } from './default-databases.js';
