import { z } from 'zod';
import { heartbeatSchema } from './heartbeat.js';

const { egressBps, allocations } = heartbeatSchema.shape.load.shape;

/** Load that a reporter shall add to what it measures, for a demonstration (`syntheticLoadSubject`). */
export const syntheticLoadSchema = z.strictObject({
  /** Bits per second, in each direction. */
  bandwidthBps: egressBps.unwrap(),
  allocations: allocations.unwrap(),
  /** Seconds until it is gone again, unless it is asked for anew; 0 takes it away. */
  forSeconds: z.number().min(0).max(60),
});
export type SyntheticLoad = z.infer<typeof syntheticLoadSchema>;

/** A reporter's answer: what is in force, or why nothing is. */
export const syntheticLoadAnswerSchema = z.discriminatedUnion('accepted', [
  z.object({ accepted: z.literal(true) }),
  z.object({ accepted: z.literal(false), reason: z.string().max(256) }),
]);
export type SyntheticLoadAnswer = z.infer<typeof syntheticLoadAnswerSchema>;
