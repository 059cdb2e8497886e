import type { Asked, IceServersRequest } from '@spillway/contracts';
import type { ClientLocation } from '@spillway/geo';

/**
 * What a decision depends on of a request, as it goes to the log: where the client is to a degree, never its address.
 * @param require the regions that its request and its tenant both allow.
 */
export function askedOf(
  { region, transports, count }: IceServersRequest,
  location: ClientLocation | undefined,
  require: readonly string[] | undefined,
  tenant: string | undefined,
): Asked {
  return {
    ...(location && placeOf(location)),
    ...(tenant !== undefined && { tenant }),
    ...(require && { require: [...require] }),
    ...(region?.prefer !== undefined && { prefer: region.prefer }),
    ...(transports && { transports }),
    ...(count !== undefined && { count }),
  };
}

function placeOf({ latitude, longitude, country, continent }: ClientLocation): Asked {
  return {
    ...(country !== null && { country }),
    ...(continent !== null && { continent }),
    // What is added makes 0 of -0.
    lat: Math.round(latitude) + 0,
    lon: Math.round(longitude) + 0,
  };
}
