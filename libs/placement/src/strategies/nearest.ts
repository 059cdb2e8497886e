import { bestOfTwo } from '../choose-node.js';
import { argMin, nearestOfEmptiest, type Strategy } from '../strategy.js';

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

  homeRegion: ({ isAllowed, rttMs }) =>
    argMin(
      isAllowed.length,
      (i) => isAllowed[i] === true,
      (i) => rttMs[i] ?? Infinity,
    ),

  chooseRegion(weighing, home) {
    return weighing.isOpen[home] ? home : nearestOfEmptiest(weighing);
  },

  chooseNode: (region, wish) => bestOfTwo(region.usable, wish),
};
