import type { RegionControl } from '@spillway/contracts';

export type Trail = RegionControl['trail'];

/** Samples are this far apart, and go this far back, in ms of log time. */
export const SAMPLE_EVERY_MS = 10_000;
export const TRAIL_MS = 150_000;
/** Fewer samples say nothing of a trend. */
const MIN_SAMPLES = 5;

/** Adds what demand is now, in nodes' worth of load, when it is time for a sample; what is too old goes. */
export function extendTrail(trail: Trail, nodes: number | null, now: number): Trail {
  const last = trail.at(-1);
  if (last && now - last.atMs < SAMPLE_EVERY_MS) return trail;
  if (nodes === null) return last && now - last.atMs > TRAIL_MS ? [] : trail;
  return [...trail.filter(({ atMs }) => now - atMs <= TRAIL_MS), { atMs: now, nodes }];
}

/**
 * How fast demand grows, in nodes per second: the median of the slopes of all pairs (Theil and Sen), which a few
 * outliers do not move. 0 while there are too few samples.
 */
export function slopeOf(trail: Trail): number {
  if (trail.length < MIN_SAMPLES) return 0;
  const slopes: number[] = [];
  for (const [i, later] of trail.entries()) {
    for (const earlier of trail.slice(0, i)) {
      slopes.push((later.nodes - earlier.nodes) / ((later.atMs - earlier.atMs) / 1000));
    }
  }
  slopes.sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  const upper = slopes[middle] ?? 0;
  return slopes.length % 2 ? upper : (upper + (slopes[middle - 1] ?? upper)) / 2;
}

/**
 * The part of a trail's slope that chance does not explain: of n clients √(2n(1 − e^(−window ÷ session))) more or
 * fewer within the window are nothing to act on. A short trail is mostly chance.
 *
 * @param slope as `slopeOf` has it.
 * @param credentials n; `null` when nothing tells.
 */
export function significantSlope(
  trail: Trail,
  slope: number,
  demandNodes: number,
  credentials: number | null,
  sessionSeconds: number,
): number {
  if (!credentials || credentials <= 0) return Math.max(0, slope);
  const seconds = ((trail.at(-1)?.atMs ?? 0) - (trail[0]?.atMs ?? 0)) / 1000;
  if (seconds <= 0) return 0;
  const chance = Math.sqrt((2 * (1 - Math.exp(-seconds / sessionSeconds))) / credentials);
  return Math.max(0, slope - (chance * demandNodes) / seconds);
}
