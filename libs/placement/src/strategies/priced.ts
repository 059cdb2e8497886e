import { bestOfTwo } from '../choose-node.js';
import { leastFullness, type Strategy } from '../strategy.js';
import { nearest } from './nearest.js';

/**
 * The least round-trip time plus price: those clients leave a full region first for whom the next one is almost
 * as near, and only as many as must.
 *
 * 1. Home is the allowed region with the least round-trip time.
 * 2. Candidates are the open regions. One that is not home is none while another is emptier in kind: at the
 *    threshold while any is below it, of unknown load while any is known to be below it.
 * 3. Of the candidates, the least round-trip time + price; of equals the nearer, then the first.
 */
export const priced: Strategy = {
  name: 'priced',

  homeRegion: (weighing) => nearest.homeRegion(weighing),

  chooseRegion(weighing, home) {
    const { isOpen, rttMs, priceMs, fullness, nearest } = weighing;
    // Prices are never below zero: none is nearer, nor costs less.
    if (home === nearest && isOpen[home] && priceMs[home] === 0) return home;
    const least = leastFullness(weighing);
    let best = -1;
    let leastMs = Infinity;
    for (let i = 0; i < isOpen.length; i++) {
      if (!isOpen[i] || (i !== home && (fullness[i] ?? 2) > least)) continue;
      const rtt = rttMs[i] ?? Infinity;
      const costMs = rtt + (priceMs[i] ?? 0);
      const isNearer = costMs === leastMs && rtt < (rttMs[best] ?? Infinity);
      if (costMs >= leastMs && !isNearer) continue;
      leastMs = costMs;
      best = i;
    }
    return best;
  },

  chooseNode: bestOfTwo,
};
