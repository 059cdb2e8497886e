import { z } from 'zod';
import { timestampSchema, tokenSchema } from './token.js';

/** Why a client was served where it was. */
export const PLACEMENT_REASONS = ['nearest', 'spillover', 'required', 'preferred', 'fallback'] as const;
export type PlacementReason = (typeof PLACEMENT_REASONS)[number];

/** One answer a router gave. Never a credential, a secret or a client address. */
export const decisionRecordSchema = z.object({
  /** `<router>-<boot>-<n in base 36>`, unique over routers and their restarts. */
  id: z.string().min(1).max(160),
  region: tokenSchema,
  nodes: z.array(tokenSchema).min(1).max(8),
  /** `null` when the client's location was unknown. */
  nearestRegion: tokenSchema.nullable(),
  reason: z.enum(PLACEMENT_REASONS),
  /** Milliseconds from the decision to the sending of its batch: more than a batch's time after a lost link. */
  ageMs: z.int().min(0).default(0),
});
export type DecisionRecord = z.infer<typeof decisionRecordSchema>;

/** Records in one message at most; a busier router sends several. */
export const MAX_DECISIONS_PER_BATCH = 500;

/** What a router issued since its last batch; an empty one every 2 s is its sign of life. */
export const issuedSchema = z.object({
  at: timestampSchema,
  routerId: tokenSchema,
  /** New for every run of the router; `batch` counts within it. */
  bootId: tokenSchema,
  batch: z.int().min(0),
  decisions: z.array(decisionRecordSchema).max(MAX_DECISIONS_PER_BATCH),
});
export type Issued = z.infer<typeof issuedSchema>;
