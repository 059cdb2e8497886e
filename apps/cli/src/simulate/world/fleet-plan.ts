import type { Demand } from './demand.js';
import { normal, randomFrom } from './random.js';
import { MEAN_KBPS, meanLengthMs } from './sessions.js';
import { DAY_MS, DAY_START, type World } from './world.js';

export const NODE_KBPS = 500_000;

/**
 * Nodes in all. Loose: hardly a region fills up. Medium: every day some do, at their busy hours. Tight: most do,
 * and the world as a whole has only just enough room.
 */
export const FLEET_NODES = { loose: 300, medium: 250, tight: 240 } as const;
export type FleetSize = keyof typeof FLEET_NODES;

/** How far the operator's guess of a region's share is off. */
const MISFIT = 0.12;
const MIN_NODES = 2;

/** Nodes of each region: by its clients' busiest hour, as well as somebody guessed it. */
export function planFleet(world: World, demand: Demand, size: FleetSize, seed: number): number[] {
  const random = randomFrom(seed, 0xf1ee7);
  const weights = peakKbps(world, demand).map((kbps) => kbps * Math.exp(MISFIT * normal(random)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.max(MIN_NODES, Math.round((FLEET_NODES[size] * weight) / total)));
}

/** The load of each region's own clients at its busiest hour, by Little's law. */
export function peakKbps({ regions, cells, home }: World, demand: Demand): number[] {
  const peaks = new Float64Array(regions.length);
  const rates = new Float64Array(cells.length);
  const length = meanLengthMs();
  for (let at = DAY_START; at < DAY_START + DAY_MS; at += DAY_MS / 48) {
    demand.cumulativeRates(at, rates);
    const loads = new Float64Array(regions.length);
    for (const [c, r] of home.entries()) {
      const rate = (rates[c] ?? 0) - (rates[c - 1] ?? 0);
      loads[r] = (loads[r] ?? 0) + rate * length * MEAN_KBPS;
    }
    for (const [r, load] of loads.entries()) peaks[r] = Math.max(peaks[r] ?? 0, load);
  }
  return [...peaks];
}
