import { bestOfTwo } from '../choose-node.js';
import { argMin, isOverThreshold, type Strategy, type Weighing } from '../strategy.js';

/**
 * The nearest region with room.
 *
 * 1. Home is the allowed region with the least round-trip time.
 * 2. While it is open, the client goes there.
 * 3. Otherwise to the nearest open region below the threshold.
 * 4. Otherwise to the nearest open region.
 */
export const nearest: Strategy = {
  name: 'nearest',

  homeRegion: ({ regions, isAllowed, rttMs }) =>
    argMin(
      regions.length,
      (i) => isAllowed[i] === true,
      (i) => rttMs[i] ?? Infinity,
    ),

  chooseRegion(weighing, home) {
    const { regions, policy, isOpen } = weighing;
    if (isOpen[home]) return home;
    const below = nearestOpen(weighing, (i) => {
      const region = regions[i];
      return region !== undefined && !isOverThreshold(region, policy);
    });
    return below >= 0 ? below : nearestOpen(weighing, () => true);
  },

  chooseNode: (region, wish) => bestOfTwo(region.usable, wish),
};

function nearestOpen({ regions, isOpen, rttMs }: Weighing, passes: (i: number) => boolean): number {
  return argMin(
    regions.length,
    (i) => isOpen[i] === true && passes(i),
    (i) => rttMs[i] ?? Infinity,
  );
}
