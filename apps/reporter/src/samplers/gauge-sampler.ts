import { fetchText } from './fetch-text.js';
import { sumFamily } from './prometheus-text.js';
import type { Sampler } from './sampler.js';

export interface GaugeOptions {
  readonly name: string;
  readonly url: string;
  /** Names of the metric that counts allocations; the first that is there is taken. */
  readonly families: readonly string[];
}

/** Reads the number of allocations off a server's Prometheus exporter. */
export function createGaugeSampler({ name, url, families }: GaugeOptions): Sampler {
  return {
    name,
    asks: 'server',
    async sample(signal) {
      const allocations = sumFamily(await fetchText(url, signal), families);
      if (allocations !== null) return { allocations };
      return { allocations, problem: `${url} has no usable metric ${families.join(' or ')}` };
    },
  };
}
