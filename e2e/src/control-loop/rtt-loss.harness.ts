import type { Arrival } from './demand.harness.js';
import { sum } from './simulated-fleet.harness.js';

/** What some of a region's clients lost by being served elsewhere: mean milliseconds of round-trip time each. */
export interface SpillLoss {
  /** Those who were spilled. */
  readonly spilledMs: number;
  /** As many, had it been those who lose the least of all that came in the same window. */
  readonly leastMs: number;
  /** As many, had it been any. */
  readonly anyMs: number;
  /** Share of the way from `anyMs` to `leastMs`: 1 for the best choice, 0 for chance. */
  readonly skill: number;
}

const WINDOW_MS = 10_000;

export function spillLoss(arrivals: readonly Arrival[], home: string): SpillLoss {
  const windows = new Map<number, { loss: number; isSpilled: boolean }[]>();
  for (const arrival of arrivals) {
    if (arrival.client.home !== home || arrival.served === undefined) continue;
    const window = Math.floor(arrival.atMs / WINDOW_MS);
    const others = windows.get(window) ?? [];
    others.push({ loss: lossElsewhere(arrival), isSpilled: arrival.served !== home });
    windows.set(window, others);
  }
  let [count, spilled, least, any] = [0, 0, 0, 0];
  for (const clients of windows.values()) {
    const losses = clients.map(({ loss }) => loss).sort((a, b) => a - b);
    const ofSpilled = clients.filter(({ isSpilled }) => isSpilled).map(({ loss }) => loss);
    count += ofSpilled.length;
    spilled += sum(ofSpilled);
    least += sum(losses.slice(0, ofSpilled.length));
    any += (ofSpilled.length * sum(losses)) / losses.length;
  }
  const skill = (any - spilled) / (any - least);
  return { spilledMs: spilled / count, leastMs: least / count, anyMs: any / count, skill };
}

/** Clients by what they would lose, in groups of equal size, those with the least first: the share spilled of each. */
export function spillByLoss(arrivals: readonly Arrival[], home: string, groups: number): number[] {
  const own = arrivals
    .filter(({ client, served }) => client.home === home && served !== undefined)
    .map((arrival) => ({ loss: lossElsewhere(arrival), isSpilled: arrival.served !== home }))
    .sort((a, b) => a.loss - b.loss);
  return Array.from({ length: groups }, (_, group) => {
    const [from, to] = [group, group + 1].map((n) => Math.round((n * own.length) / groups));
    const members = own.slice(from, to);
    return members.filter(({ isSpilled }) => isSpilled).length / members.length;
  });
}

/** In the nearest other region. */
function lossElsewhere({ client: { home, rttMs } }: Arrival): number {
  const others = [...rttMs].flatMap(([region, ms]) => (region === home ? [] : [ms]));
  return Math.min(...others) - (rttMs.get(home) ?? 0);
}
