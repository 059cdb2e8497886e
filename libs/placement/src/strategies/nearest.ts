import { bestOfTwo } from '../choose-node.js';
import { nearestOfEmptiest, type Strategy } from '../strategy.js';

/**
 * The nearest region with room.
 *
 * 1. Home is the allowed region with the least round-trip time.
 * 2. While it is open, the client goes there.
 * 3. Otherwise to the nearest open region below the threshold; one of unknown load only when none is known to be.
 * 4. Otherwise to the nearest open region.
 */
export const nearest: Strategy = {
  name: 'nearest',

  homeRegion({ isAllowed, rttMs, nearest: nearestOfAll }) {
    if (isAllowed[nearestOfAll]) return nearestOfAll;
    let nearest = -1;
    let leastMs = Infinity;
    for (let i = 0; i < isAllowed.length; i++) {
      const ms = rttMs[i] ?? Infinity;
      if (!isAllowed[i] || ms >= leastMs) continue;
      leastMs = ms;
      nearest = i;
    }
    return nearest;
  },

  chooseRegion(weighing, home) {
    return weighing.isOpen[home] ? home : nearestOfEmptiest(weighing);
  },

  chooseNode: bestOfTwo,
};
