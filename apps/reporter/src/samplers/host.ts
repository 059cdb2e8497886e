import { text } from '@spillway/runtime';
import { CpuMeter } from './host-cpu.js';
import { NetworkMeter } from './host-network.js';
import { defineSampler, type Load, type Sample, type Sampler } from './sampler.js';

/** The machine's CPU and network interface, from Linux' /proc and /sys. */
export const host = defineSampler({
  variables: {
    HOST_INTERFACE: text()
      .optional()
      .describe(
        'The network interface that carries the relayed traffic, or `none` to measure no bandwidth, for the sampler ' +
          'host; the one of the default route unless set',
      ),
    HOST_CPU: text()
      .default('machine')
      .describe(
        'For the sampler host: `machine`, `none`, or the path of a pid file to measure the CPU of that process as a ' +
          'share of all cores',
      ),
  },
  needs: [],
  create: ({ HOST_INTERFACE, HOST_CPU }) => createHostSampler(HOST_INTERFACE, HOST_CPU),
});

/** Measures a part of the load; throws an error that says why when it cannot. */
export interface Meter {
  read(): Promise<Partial<Load>>;
}

export function createHostSampler(networkInterface: string | undefined, cpu: string): Sampler {
  const meters: Meter[] = [];
  if (cpu !== 'none') meters.push(new CpuMeter(cpu === 'machine' ? undefined : cpu));
  if (networkInterface !== 'none') meters.push(new NetworkMeter(networkInterface));
  return { name: 'host', asks: 'machine', sample: () => readAll(meters) };
}

/** One meter that fails does not take the other's values with it. */
async function readAll(meters: readonly Meter[]): Promise<Sample> {
  const readings = await Promise.allSettled(meters.map((meter) => meter.read()));
  const load: Partial<Load> = {};
  const problems: string[] = [];
  for (const reading of readings) {
    if (reading.status === 'fulfilled') Object.assign(load, reading.value);
    else problems.push(reading.reason instanceof Error ? reading.reason.message : String(reading.reason));
  }
  return problems.length > 0 ? { ...load, problem: problems.join('; ') } : load;
}
