/** A place on the earth. */
export interface GeoPoint {
  /** Degrees north, -90 to 90. */
  readonly latitude: number;
  /** Degrees east, -180 to 180. */
  readonly longitude: number;
}

/** Mean radius of the earth, IUGG. */
const EARTH_RADIUS_KM = 6371.0088;
const RADIANS = Math.PI / 180;

/** Great-circle distance by the haversine formula, on a sphere: within 0.6 % of the ellipsoid's. */
export function distanceKm(a: GeoPoint, b: GeoPoint): number {
  const halfChord =
    haversine((b.latitude - a.latitude) * RADIANS) +
    Math.cos(a.latitude * RADIANS) *
      Math.cos(b.latitude * RADIANS) *
      haversine((b.longitude - a.longitude) * RADIANS);
  // Rounding may put antipodes a hair above 1.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, halfChord)));
}

function haversine(angle: number): number {
  return Math.sin(angle / 2) ** 2;
}
