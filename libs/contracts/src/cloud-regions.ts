/** A place on Earth in degrees, north and east positive. */
export interface RegionPlace {
  readonly latitude: number;
  readonly longitude: number;
}

/** Where the regions of the large clouds stand, by the cloud's own name. */
export const CLOUD_REGIONS: Readonly<Record<string, RegionPlace>> = {
  'us-east-1': { latitude: 39.04, longitude: -77.49 },
  'eu-central-1': { latitude: 50.11, longitude: 8.68 },
  'ap-southeast-1': { latitude: 1.29, longitude: 103.85 },
};
