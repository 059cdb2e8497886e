/** A place on Earth in degrees, north and east positive. */
export interface RegionPlace {
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * Where the regions of the large clouds stand, by the cloud's own name; of the city or county that the cloud
 * names, or is known to build in: good to a few dozen kilometres, which is below a millisecond. State of November
 * 2026. A policy may give other coordinates to any of them.
 */
export const CLOUDS = {
  /** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
  aws: {
    'af-south-1': at(-33.92, 18.42), // Cape Town
    'ap-east-1': at(22.28, 114.17), // Hong Kong
    'ap-east-2': at(25.03, 121.57), // Taipei
    'ap-northeast-1': at(35.69, 139.69), // Tokyo
    'ap-northeast-2': at(37.57, 126.98), // Seoul
    'ap-northeast-3': at(34.69, 135.5), // Osaka
    'ap-south-1': at(19.08, 72.88), // Mumbai
    'ap-south-2': at(17.39, 78.49), // Hyderabad
    'ap-southeast-1': at(1.29, 103.85), // Singapore
    'ap-southeast-2': at(-33.87, 151.21), // Sydney
    'ap-southeast-3': at(-6.21, 106.85), // Jakarta
    'ap-southeast-4': at(-37.81, 144.96), // Melbourne
    'ap-southeast-5': at(3.14, 101.69), // Kuala Lumpur
    'ap-southeast-6': at(-36.85, 174.76), // Auckland
    'ap-southeast-7': at(13.76, 100.5), // Bangkok
    'ca-central-1': at(45.5, -73.57), // Montreal
    'ca-west-1': at(51.05, -114.07), // Calgary
    'cn-north-1': at(39.9, 116.41), // Beijing
    'cn-northwest-1': at(37.51, 105.19), // Zhongwei, Ningxia
    'eu-central-1': at(50.11, 8.68), // Frankfurt
    'eu-central-2': at(47.37, 8.54), // Zurich
    'eu-north-1': at(59.33, 18.06), // Stockholm
    'eu-south-1': at(45.46, 9.19), // Milan
    'eu-south-2': at(41.65, -0.88), // Zaragoza
    'eu-west-1': at(53.33, -6.25), // Dublin
    'eu-west-2': at(51.51, -0.13), // London
    'eu-west-3': at(48.86, 2.35), // Paris
    'eusc-de-east-1': at(52.4, 13.06), // Potsdam, Brandenburg
    'il-central-1': at(32.08, 34.78), // Tel Aviv
    'me-central-1': at(25.2, 55.27), // Dubai
    'me-south-1': at(26.07, 50.55), // Bahrain
    'mx-central-1': at(20.59, -100.39), // Querétaro
    'sa-east-1': at(-23.55, -46.63), // São Paulo
    'us-east-1': at(39.04, -77.49), // Ashburn, Northern Virginia
    'us-east-2': at(39.96, -83), // Columbus, Ohio
    'us-gov-east-1': at(39.96, -83), // Ohio
    'us-gov-west-1': at(45.84, -119.7), // Oregon
    'us-west-1': at(37.35, -121.96), // San Jose, Northern California
    'us-west-2': at(45.84, -119.7), // Boardman, Oregon
  },
  /** https://cloud.google.com/compute/docs/regions-zones */
  gcp: {
    'africa-south1': at(-26.2, 28.05), // Johannesburg
    'asia-east1': at(24.05, 120.52), // Changhua County
    'asia-east2': at(22.28, 114.17), // Hong Kong
    'asia-northeast1': at(35.69, 139.69), // Tokyo
    'asia-northeast2': at(34.69, 135.5), // Osaka
    'asia-northeast3': at(37.57, 126.98), // Seoul
    'asia-south1': at(19.08, 72.88), // Mumbai
    'asia-south2': at(28.61, 77.21), // Delhi
    'asia-southeast1': at(1.34, 103.71), // Jurong West, Singapore
    'asia-southeast2': at(-6.21, 106.85), // Jakarta
    'asia-southeast3': at(13.76, 100.5), // Bangkok
    'australia-southeast1': at(-33.87, 151.21), // Sydney
    'australia-southeast2': at(-37.81, 144.96), // Melbourne
    'europe-central2': at(52.23, 21.01), // Warsaw
    'europe-north1': at(60.57, 27.2), // Hamina
    'europe-north2': at(59.33, 18.06), // Stockholm
    'europe-southwest1': at(40.42, -3.7), // Madrid
    'europe-west1': at(50.45, 3.82), // St. Ghislain
    'europe-west2': at(51.51, -0.13), // London
    'europe-west3': at(50.11, 8.68), // Frankfurt
    'europe-west4': at(53.43, 6.83), // Eemshaven
    'europe-west6': at(47.37, 8.54), // Zurich
    'europe-west8': at(45.46, 9.19), // Milan
    'europe-west9': at(48.86, 2.35), // Paris
    'europe-west10': at(52.52, 13.41), // Berlin
    'europe-west12': at(45.07, 7.69), // Turin
    'me-central1': at(25.29, 51.53), // Doha
    'me-central2': at(26.43, 50.1), // Dammam
    'me-west1': at(32.08, 34.78), // Tel Aviv
    'northamerica-northeast1': at(45.5, -73.57), // Montreal
    'northamerica-northeast2': at(43.65, -79.38), // Toronto
    'northamerica-south1': at(20.59, -100.39), // Querétaro
    'southamerica-east1': at(-23.53, -46.79), // Osasco, São Paulo
    'southamerica-west1': at(-33.45, -70.67), // Santiago
    'us-central1': at(41.26, -95.86), // Council Bluffs, Iowa
    'us-east1': at(33.2, -80.01), // Moncks Corner, South Carolina
    'us-east4': at(39.04, -77.49), // Ashburn, Northern Virginia
    'us-east5': at(39.96, -83), // Columbus, Ohio
    'us-south1': at(32.78, -96.8), // Dallas
    'us-west1': at(45.59, -121.18), // The Dalles, Oregon
    'us-west2': at(34.05, -118.24), // Los Angeles
    'us-west3': at(40.76, -111.89), // Salt Lake City
    'us-west4': at(36.17, -115.14), // Las Vegas
  },
  /** https://learn.microsoft.com/azure/reliability/regions-list */
  azure: {
    australiacentral: at(-35.31, 149.12), // Canberra
    australiacentral2: at(-35.31, 149.12), // Canberra
    australiaeast: at(-33.87, 151.21), // Sydney
    australiasoutheast: at(-37.81, 144.96), // Melbourne
    austriaeast: at(48.21, 16.37), // Vienna
    belgiumcentral: at(50.85, 4.35), // Brussels
    brazilsouth: at(-23.55, -46.63), // São Paulo
    brazilsoutheast: at(-22.9, -43.21), // Rio de Janeiro
    canadacentral: at(43.65, -79.38), // Toronto
    canadaeast: at(46.82, -71.22), // Quebec
    centralindia: at(18.58, 73.92), // Pune
    centralus: at(41.59, -93.62), // Des Moines, Iowa
    chilecentral: at(-33.45, -70.67), // Santiago
    chinaeast: at(31.23, 121.47), // Shanghai
    chinaeast2: at(31.23, 121.47), // Shanghai
    chinaeast3: at(31.23, 121.47), // Shanghai
    chinanorth: at(39.9, 116.41), // Beijing
    chinanorth2: at(39.9, 116.41), // Beijing
    chinanorth3: at(38.04, 114.51), // Hebei
    denmarkeast: at(55.68, 12.57), // Copenhagen
    eastasia: at(22.28, 114.17), // Hong Kong
    eastus: at(39.04, -77.49), // Northern Virginia
    eastus2: at(36.67, -78.39), // Boydton, Virginia
    francecentral: at(48.86, 2.35), // Paris
    francesouth: at(43.3, 5.37), // Marseille
    germanynorth: at(52.52, 13.41), // Berlin
    germanywestcentral: at(50.11, 8.68), // Frankfurt
    indonesiacentral: at(-6.21, 106.85), // Jakarta
    israelcentral: at(32.08, 34.78), // Tel Aviv
    italynorth: at(45.46, 9.19), // Milan
    japaneast: at(35.69, 139.69), // Tokyo
    japanwest: at(34.69, 135.5), // Osaka
    jioindiacentral: at(21.15, 79.09), // Nagpur
    jioindiawest: at(22.47, 70.06), // Jamnagar
    koreacentral: at(37.57, 126.98), // Seoul
    koreasouth: at(35.18, 129.08), // Busan
    malaysiawest: at(3.14, 101.69), // Kuala Lumpur
    mexicocentral: at(20.59, -100.39), // Querétaro
    newzealandnorth: at(-36.85, 174.76), // Auckland
    northcentralus: at(41.88, -87.63), // Chicago
    northeurope: at(53.33, -6.25), // Dublin
    norwayeast: at(59.91, 10.75), // Oslo
    norwaywest: at(58.97, 5.73), // Stavanger
    polandcentral: at(52.23, 21.01), // Warsaw
    qatarcentral: at(25.29, 51.53), // Doha
    southafricanorth: at(-26.2, 28.05), // Johannesburg
    southafricawest: at(-33.92, 18.42), // Cape Town
    southcentralus: at(29.42, -98.49), // San Antonio, Texas
    southeastasia: at(1.29, 103.85), // Singapore
    southindia: at(12.98, 80.16), // Chennai
    spaincentral: at(40.42, -3.7), // Madrid
    swedencentral: at(60.67, 17.14), // Gävle
    switzerlandnorth: at(47.37, 8.54), // Zurich
    switzerlandwest: at(46.2, 6.14), // Geneva
    uaecentral: at(24.47, 54.37), // Abu Dhabi
    uaenorth: at(25.2, 55.27), // Dubai
    uksouth: at(51.51, -0.13), // London
    ukwest: at(51.48, -3.18), // Cardiff
    usdodcentral: at(41.59, -93.62), // Iowa
    usdodeast: at(36.67, -78.39), // Virginia
    usgovarizona: at(33.45, -112.07), // Phoenix
    usgovtexas: at(29.42, -98.49), // San Antonio
    usgovvirginia: at(36.67, -78.39), // Boydton
    westcentralus: at(41.14, -104.82), // Cheyenne, Wyoming
    westeurope: at(52.37, 4.9), // Amsterdam
    westindia: at(19.08, 72.88), // Mumbai
    westus: at(37.78, -122.42), // San Francisco
    westus2: at(47.23, -119.85), // Quincy, Washington
    westus3: at(33.45, -112.07), // Phoenix
  },
} as const satisfies Record<string, Readonly<Record<string, RegionPlace>>>;

/** All of them: no two clouds have a region of one name. */
export const CLOUD_REGIONS: Readonly<Record<string, RegionPlace>> = {
  ...CLOUDS.aws,
  ...CLOUDS.gcp,
  ...CLOUDS.azure,
};

function at(latitude: number, longitude: number): RegionPlace {
  return { latitude, longitude };
}
