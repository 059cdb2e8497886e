import { describe, expect, it } from '@jest/globals';
import { CLOUD_REGIONS, CLOUDS, type RegionPlace } from './cloud-regions.js';

const EARTH_RADIUS_KM = 6371;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Along the great circle (haversine). */
function distanceKm(a: RegionPlace, b: RegionPlace): number {
  const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2;
  const h =
    half(a.latitude, b.latitude) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(h));
}

function placeOf(name: string): RegionPlace {
  const place = CLOUD_REGIONS[name];
  if (!place) throw new Error(`no place for ${name}`);
  return place;
}

describe('the regions of the clouds', () => {
  it('have one name each over all clouds', () => {
    const names = Object.values(CLOUDS).flatMap((cloud) => Object.keys(cloud));
    expect(names).toHaveLength(new Set(names).size);
    expect(Object.keys(CLOUD_REGIONS).sort()).toEqual(names.sort());
  });

  it.each(Object.entries(CLOUD_REGIONS))('%s is on Earth', (_name, place) => {
    expect(Math.abs(place.latitude)).toBeLessThanOrEqual(90);
    expect(Math.abs(place.longitude)).toBeLessThanOrEqual(180);
    expect(place).not.toEqual({ latitude: 0, longitude: 0 });
  });

  // Coordinates as an independent table of AWS' regions has them.
  it.each([
    ['us-east-1', 39.04, -77.49],
    ['us-west-2', 45.84, -119.7],
    ['ca-central-1', 45.5, -73.57],
    ['sa-east-1', -23.55, -46.63],
    ['eu-west-1', 53.33, -6.25],
    ['eu-north-1', 59.33, 18.06],
    ['me-south-1', 26.07, 50.55],
    ['af-south-1', -33.93, 18.42],
    ['ap-south-1', 19.08, 72.88],
    ['ap-southeast-2', -33.87, 151.21],
    ['ap-southeast-3', -6.21, 106.85],
    ['ap-northeast-3', 34.69, 135.5],
  ])('%s is within 60 km of where it is known to be', (name, latitude, longitude) => {
    expect(distanceKm(placeOf(name), { latitude, longitude })).toBeLessThan(60);
  });

  it.each([
    ['eu-central-1', 'europe-west3', 'germanywestcentral'],
    ['us-east-1', 'us-east4', 'eastus'],
    ['ap-northeast-1', 'asia-northeast1', 'japaneast'],
    ['eu-west-2', 'europe-west2', 'uksouth'],
    ['sa-east-1', 'southamerica-east1', 'brazilsouth'],
    ['ap-southeast-2', 'australia-southeast1', 'australiaeast'],
    ['ap-east-1', 'asia-east2', 'eastasia'],
    ['ap-south-1', 'asia-south1', 'westindia'],
  ])('%s, %s and %s are in one metropolitan area', (aws, gcp, azure) => {
    expect(distanceKm(placeOf(aws), placeOf(gcp))).toBeLessThan(60);
    expect(distanceKm(placeOf(aws), placeOf(azure))).toBeLessThan(60);
  });

  // Airline distances between the cities.
  it.each([
    ['eu-west-2', 'eu-west-3', 344],
    ['us-west-1', 'us-west2', 495],
    ['eu-central-1', 'eu-south-1', 519],
    ['asia-southeast1', 'ap-southeast-3', 890],
    ['af-south-1', 'southafricanorth', 1260],
    ['me-south-1', 'me-central1', 135],
  ])('%s and %s are about %i km apart', (one, other, km) => {
    expect(Math.abs(distanceKm(placeOf(one), placeOf(other)) - km)).toBeLessThan(60);
  });
});
