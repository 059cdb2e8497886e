import { bestOfTwo } from '../choose-node.js';
import { isOpenBelowThreshold, nearestOfEmptiest, type Strategy } from '../strategy.js';
import { nearest } from './nearest.js';

/**
 * The nearest region with room to spare; what flows over goes on to the next.
 *
 * 1. Home is the allowed region with the least round-trip time.
 * 2. While it is open and below the threshold, the client goes there.
 * 3. Otherwise to the nearest open region below the threshold; one of unknown load only when none is known to be.
 * 4. Otherwise to the nearest open region.
 */
export const waterfall: Strategy = {
  name: 'waterfall',

  homeRegion: (weighing) => nearest.homeRegion(weighing),

  chooseRegion(weighing, home) {
    return isOpenBelowThreshold(weighing, home) ? home : nearestOfEmptiest(weighing);
  },

  chooseNode: bestOfTwo,
};
