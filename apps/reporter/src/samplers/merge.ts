import type { Software } from '../relay/software.js';
import type { Load, Sample } from './sampler.js';

export interface Measured {
  readonly load: Load;
  readonly software: Software | undefined;
}

/** Per value, the first sample that knows it; `null` where none does. */
export function mergeSamples(samples: readonly Sample[]): Measured {
  const first = (key: keyof Load) => samples.find((sample) => typeof sample[key] === 'number')?.[key] ?? null;
  return {
    load: {
      cpu: first('cpu'),
      egressBps: first('egressBps'),
      ingressBps: first('ingressBps'),
      allocations: first('allocations'),
    },
    software: samples.find((sample) => sample.software)?.software,
  };
}
