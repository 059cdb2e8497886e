import type { FleetNode } from '@spillway/fleet';
import { isAcceptable } from '../choose-node.js';
import { isOverThreshold, type Strategy, type Weighing } from '../strategy.js';
import { nearest, nearestOpen } from './nearest.js';

/**
 * The rule of thumb most scripts use: a map from continent to region and one fallback.
 *
 * 1. Home is the region the map gives the client's continent; without one, the fallback region.
 * 2. A home that is open and below the threshold serves.
 * 3. Otherwise the fallback region, if it is open.
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
    const mapped = (continent && policy.fixedMap?.continents[continent]) ?? policy.fixedMap?.fallback;
    const home = indexOf(weighing, mapped);
    return isAllowed[home] ? home : nearest.homeRegion(weighing);
  },

  chooseRegion(weighing, home) {
    const { policy, regions, isOpen } = weighing;
    const region = regions[home];
    if (isOpen[home] && region && !isOverThreshold(region, policy)) return home;
    const fallback = indexOf(weighing, policy.fixedMap?.fallback);
    if (isOpen[fallback]) return fallback;
    return isOpen[home] ? home : nearestOpen(weighing, () => true);
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
