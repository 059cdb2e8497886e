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

/** The load of each region's own clients at its busiest hour. */
export function peakKbps(world: World, demand: Demand): number[] {
  const peaks = world.regions.map(() => 0);
  for (let at = DAY_START; at < DAY_START + DAY_MS; at += DAY_MS / 48) {
    for (const [r, load] of homeKbps(world, demand, at).entries()) peaks[r] = Math.max(peaks[r] ?? 0, load);
  }
  return peaks;
}

/** The load of each region's own clients at an instant, by Little's law. */
export function homeKbps({ regions, cells, home }: World, demand: Demand, at: number): number[] {
  const rates = new Float64Array(cells.length);
  demand.cumulativeRates(at, rates);
  const loads = regions.map(() => 0);
  for (const [c, r] of home.entries()) {
    const rate = (rates[c] ?? 0) - (rates[c - 1] ?? 0);
    loads[r] = (loads[r] ?? 0) + rate * meanLengthMs() * MEAN_KBPS;
  }
  return loads;
}
