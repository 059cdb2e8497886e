import type { Instance } from '@spillway/scaling';
import { tokenSchema } from '@spillway/contracts';
import { isAlive } from '@spillway/local-nodes';
import { z } from 'zod';

const identitySchema = z.object({ pid: z.int().positive(), startTime: z.string() });

/** What is written down of one pair of coturn and reporter. */
export const instanceRecordSchema = z.object({
  region: tokenSchema,
  instanceId: tokenSchema,
  /** Which of the ports it has. */
  slot: z.int().min(0),
  phase: z.enum(['starting', 'running', 'ending']),
  /** The autoscaler that starts or ends it; somebody else goes on when that one has died, or gave up (`null`). */
  actor: identitySchema.nullable(),
  coturn: identitySchema.optional(),
  reporter: identitySchema.optional(),
});
export type InstanceRecord = Readonly<z.infer<typeof instanceRecordSchema>>;

/**
 * Left behind half started, half ended, or with one of its two processes dead. Such a pair is not mended: it counts as
 * ending, so that the next plan replaces it, and whoever grows or ends next takes away what is left of it.
 */
export function isBroken({ phase, actor, coturn, reporter }: InstanceRecord): boolean {
  if (phase !== 'running') return !actor || !isAlive(actor);
  return !coturn || !reporter || !isAlive(coturn) || !isAlive(reporter);
}

export function phaseOf(record: InstanceRecord): Instance['phase'] {
  if (record.phase === 'ending' || isBroken(record)) return 'ending';
  return record.phase === 'starting' ? 'booting' : 'running';
}
