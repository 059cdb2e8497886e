import { AUTOSCALER_LEASE_KEY, leaseSchema, type Lease } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { until } from '../until.js';
import type { Program } from './programs.harness.js';

/** Of the end of what each printed. */
const PRINTED_CHARACTERS = 2_000;

/** Which of these autoscalers holds the lease, and under which generation. */
export interface Leader {
  readonly program: Program;
  readonly generation: number;
}

/** @throws when none of them does within `limitMs`, with what they printed last. */
export function untilLed(bus: Bus, by: readonly Program[], limitMs: number, above = 0): Promise<Leader> {
  const names = by.map(({ name }) => name).join(' or ');
  return until(`${names} leads`, limitMs, async () => {
    const lease = await readLease(bus);
    const program = by.find(({ name }) => lease?.holder?.startsWith(`${name}-`));
    return program && lease && lease.generation > above && { program, generation: lease.generation };
  }).catch((error: unknown) => {
    const printed = by.map(({ name, process }) => `${name}:\n${process.output.slice(-PRINTED_CHARACTERS)}`);
    throw new Error(`${String(error)}\n${printed.join('\n')}`);
  });
}

async function readLease(bus: Bus): Promise<Lease | undefined> {
  return leaseSchema.optional().parse((await bus.state.get(AUTOSCALER_LEASE_KEY))?.value);
}
