import type { ControlLoop, Sample } from './control-loop.harness.js';
import type { Client } from './world.harness.js';

/** What the clients of a region lost, or would have lost, by being served elsewhere: ms of round-trip time. */
export interface RttLosses {
  readonly spilled: number[];
  readonly kept: number[];
}

/** Of all that came between two moments while some were spilled and some were not. */
export function rttLosses(
  { demand, samples }: Pick<ControlLoop, 'demand' | 'samples'>,
  home: string,
  fromMs: number,
  toMs: number,
): RttLosses {
  const losses: RttLosses = { spilled: [], kept: [] };
  let next = 0;
  for (const { atMs, client, served } of demand.arrivals) {
    while ((samples[next + 1]?.atMs ?? Infinity) <= atMs) next++;
    if (client.home !== home || served === undefined || atMs < fromMs || atMs > toMs) continue;
    const loss = lossElsewhere(client, samples[next]);
    (served === home ? losses.kept : losses.spilled).push(loss);
  }
  return losses;
}

/** To the best other region, what a place there costs others included. */
function lossElsewhere({ home, rttMs }: Client, sample: Sample | undefined): number {
  const others = [...rttMs].filter(([region]) => region !== home);
  const costs = others.map(([region, ms]) => ms + (sample?.priceMs.get(region) ?? 0));
  return Math.min(...costs) - (rttMs.get(home) ?? 0);
}
