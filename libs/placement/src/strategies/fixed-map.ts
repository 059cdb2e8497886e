import type { FleetNode } from '@spillway/fleet';
import { isAcceptable } from '../choose-node.js';
import { isOpenBelowThreshold, type Strategy, type Weighing } from '../strategy.js';
import { nearest } from './nearest.js';

/**
 * The rule of thumb most scripts use: a map from continent to region and one fallback.
 *
 * 1. Home is the region the map gives the client's continent; the fallback region for a continent it does not
 *    name, the policy's default region for a client of unknown location.
 * 2. A home that is open and below the threshold serves.
 * 3. Otherwise the fallback region, if that is open and below the threshold.
 * 4. Otherwise home, if it is open, and at last the nearest open region: nobody is refused while there is room.
 * 5. In the region, the node with the lowest CPU % + Mbit/s ÷ 10 by its last heartbeat. Until the next one that
 *    is the same node for everybody; this is how the rule is, and why it is not the default.
 *
 * Where a requirement forbids both, home is the nearest allowed region.
 */
export const fixedMap: Strategy = {
  name: 'fixed-map',

  homeRegion(weighing) {
    const { policy, continent, isAllowed } = weighing;
    const { fixedMap: map, defaultRegion } = policy;
    const mapped = continent ? (map?.continents[continent] ?? map?.fallback) : defaultRegion;
    const home = indexOf(weighing, mapped);
    return isAllowed[home] ? home : nearest.homeRegion(weighing);
  },

  chooseRegion(weighing, home) {
    const fallback = indexOf(weighing, weighing.policy.fixedMap?.fallback);
    if (isOpenBelowThreshold(weighing, home)) return home;
    if (isOpenBelowThreshold(weighing, fallback)) return fallback;
    return weighing.isOpen[home] ? home : nearest.chooseRegion(weighing, home);
  },

  chooseNode(region, wish) {
    let best: FleetNode | undefined;
    for (const node of region.usable) {
      if (isAcceptable(node, wish) && (!best || score(node) < score(best))) best = node;
    }
    return best;
  },
};

function indexOf({ regions }: Weighing, id: string | undefined): number {
  return regions.findIndex((region) => region.id === id);
}

/** Infinity for what is not measured: unknown is never the least loaded. */
function score({ heartbeat: { load } }: FleetNode): number {
  return load.cpu === null || load.egressBps === null ? Infinity : load.cpu * 100 + load.egressBps / 1e6 / 10;
}
