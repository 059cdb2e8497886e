import type { Software } from '../relay/software.js';
import type { Load, Sample } from './sampler.js';

export interface Measured {
  readonly load: Load;
  readonly software: Software | undefined;
  /** Part of the load is made up. */
  readonly isSynthetic: boolean;
}

/** Per value, the first sample that knows it; `null` where none does. What is made up comes on top. */
export function mergeSamples(samples: readonly Sample[], synthetic: readonly Sample[] = []): Measured {
  const first = (key: keyof Load) => samples.find((sample) => typeof sample[key] === 'number')?.[key] ?? null;
  const merge = (key: keyof Load) =>
    synthetic.reduce<number | null>((sum, { [key]: more }) => (more ? (sum ?? 0) + more : sum), first(key));
  return {
    load: {
      cpu: merge('cpu'),
      egressBps: merge('egressBps'),
      ingressBps: merge('ingressBps'),
      allocations: merge('allocations'),
    },
    software: samples.find((sample) => sample.software)?.software,
    isSynthetic: synthetic.some((sample) => Object.values(sample).some(Boolean)),
  };
}
