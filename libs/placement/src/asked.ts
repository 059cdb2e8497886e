import { decisionId, type Asked } from '@spillway/contracts';
import { ALL_TRANSPORTS, hashText, mix32, transportSet } from '@spillway/fleet';
import type { PlacementRequest } from './place.js';

/** What its decisions' seeds begin from, for one run of one router. */
export function seedOfRun(routerId: string, bootId: string): number {
  return hashText(decisionId(routerId, bootId, 0).slice(0, -1));
}

/**
 * What is asked of the placement, from what stands on the log of a request. Routers go this way too, so that nothing
 * that a decision depends on can be missing there.
 *
 * @param seed see `seedOfRun`.
 * @param n number of the decision within the run.
 */
export function placementRequest(
  { lat, lon, continent, require, prefer, transports, count }: Asked,
  seed: number,
  n: number,
): PlacementRequest {
  const isLocated = lat !== undefined && lon !== undefined;
  return {
    location: isLocated ? { latitude: lat, longitude: lon, continent: continent ?? null } : undefined,
    require,
    prefer,
    transports: transports ? transportSet(transports) : ALL_TRANSPORTS,
    count: count ?? 1,
    seed: mix32(seed + n),
  };
}
