import { z } from 'zod';
import { storedPolicySchema } from './policy.js';
import { timestampSchema } from './token.js';

/** Where routers look for a candidate policy, beside the one in force. */
export const SHADOW_POLICY_KEY = 'policy.shadow';

/** A policy that routers try beside the one in force, and by which they answer nobody. */
export const shadowPolicySchema = z.object({
  at: timestampSchema,
  policy: storedPolicySchema.nullable().describe('`null`: none any more.'),
  share: z.number().gt(0).max(1).describe('Of the requests, those it is tried on, 0–1.'),
});
export type ShadowPolicy = z.infer<typeof shadowPolicySchema>;
