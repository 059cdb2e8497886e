import { AUTOSCALER_LEASE_KEY, leaseSchema, type Lease } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { until } from '../until.js';
import type { Program } from './programs.harness.js';

/** Which of these autoscalers holds the lease, and under which generation. */
export interface Leader {
  readonly program: Program;
  readonly generation: number;
}

/** @throws when none of them does within `limitMs`. */
export function untilLed(bus: Bus, by: readonly Program[], limitMs: number, above = 0): Promise<Leader> {
  const names = by.map(({ name }) => name).join(' or ');
  return until(`${names} leads`, limitMs, async () => {
    const lease = await readLease(bus);
    const program = by.find(({ name }) => lease?.holder?.startsWith(`${name}-`));
    return program && lease && lease.generation > above && { program, generation: lease.generation };
  });
}

async function readLease(bus: Bus): Promise<Lease | undefined> {
  return leaseSchema.optional().parse((await bus.state.get(AUTOSCALER_LEASE_KEY))?.value);
}
