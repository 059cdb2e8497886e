import { z } from 'zod';
import { timestampSchema, tokenSchema } from './token.js';

/** Of NATS: base 32 behind the letter of its kind. */
const publicKey = (kind: 'U' | 'X') => z.string().regex(new RegExp(`^${kind}[A-Z2-7]{55}$`));

/** What a new node, or one that renews what it has, wants. */
export const enrolAskSchema = z.object({
  nodeKey: publicKey('U').describe(
    'Public half of the key the node made for itself: its credentials are made out to it.',
  ),
  sealTo: publicKey('X').describe(
    'Public half of a key made for this request: nobody but its owner can read the answer.',
  ),
  region: tokenSchema
    .optional()
    .describe('Where the node believes to be; refused when the join token is for elsewhere.'),
  instanceId: z
    .string()
    .regex(/^[\w.:/@+-]{1,128}$/)
    .optional()
    .describe(
      'For the log of who enrolled. Nothing that a shell or a file of variables would read otherwise.',
    ),
});
export type EnrolAsk = z.infer<typeof enrolAskSchema>;

/** Asked on `QUERY_ENROL`. */
export const enrolRequestSchema = z.object({
  pass: z.string().max(4096).describe("JSON Web Token of a join token, or the node's own when it renews."),
  ask: z.string().max(2048).describe('An `EnrolAsk` as JSON text, for that is what is signed.'),
  signature: z.string().max(128).describe('By the key the pass is made out to; base64url.'),
});
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

/** What a node gets. */
export const enrolGrantSchema = z.object({
  nodeId: tokenSchema,
  region: tokenSchema,
  jwt: z.string().describe("JSON Web Token for `nodeKey`: with its seed it is the node's NATS credentials."),
  expiresAt: timestampSchema,
  epoch: z.int().min(0).describe('Generation of the secret.'),
  secret: z.string().describe("The node's own TURN secret."),
  overlapSeconds: z
    .int()
    .min(0)
    .describe('Seconds for which a secret it had before must stay valid beside this one.'),
});
export type EnrolGrant = z.infer<typeof enrolGrantSchema>;

/** Why nobody was enrolled: each is final but the last two. */
export const ENROL_PROBLEMS = [
  'malformed',
  'not-ours',
  'expired',
  'revoked',
  'used-up',
  'wrong-region',
  'unknown-region',
  'busy',
  'unavailable',
] as const;
export type EnrolProblem = (typeof ENROL_PROBLEMS)[number];

export const enrolAnswerSchema = z.union([
  z.object({
    sealed: z.string().describe('An `EnrolGrant` as JSON, sealed to `sealTo`; base64.'),
    sealedBy: publicKey('X').describe('Public half of the key that sealed it.'),
  }),
  z.object({ code: z.enum(ENROL_PROBLEMS), detail: z.string() }),
]);
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;

/** Of a join token, in the state: which nodes it was used for. */
export const joinRecordSchema = z.object({
  uses: z.array(z.object({ nodeKey: publicKey('U'), nodeId: tokenSchema })),
});
export type JoinRecord = z.infer<typeof joinRecordSchema>;
