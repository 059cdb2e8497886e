import { z } from 'zod';
import { timestampSchema, tokenSchema } from './token.js';

/** Of NATS: base 32 behind the letter of its kind. */
const publicKey = (kind: 'U' | 'X') => z.string().regex(new RegExp(`^${kind}[A-Z2-7]{55}$`));

/** What a new node, or one that renews what it has, wants. */
export const enrolAskSchema = z.object({
  /** Public half of the key the node made for itself: its credentials are made out to it. */
  nodeKey: publicKey('U'),
  /** Public half of a key made for this request: nobody but its owner can read the answer. */
  sealTo: publicKey('X'),
  /** Where the node believes to be; refused when the join token is for elsewhere. */
  region: tokenSchema.optional(),
  /** For the log of who enrolled. Nothing that a shell or a file of variables would read otherwise. */
  instanceId: z
    .string()
    .regex(/^[\w.:/@+-]{1,128}$/)
    .optional(),
});
export type EnrolAsk = z.infer<typeof enrolAskSchema>;

/** Asked on `QUERY_ENROL`. */
export const enrolRequestSchema = z.object({
  /** JSON Web Token of a join token, or the node's own when it renews. */
  pass: z.string().max(4096),
  /** An `EnrolAsk` as JSON text, for that is what is signed. */
  ask: z.string().max(2048),
  /** By the key the pass is made out to; base64url. */
  signature: z.string().max(128),
});
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

/** What a node gets. */
export const enrolGrantSchema = z.object({
  nodeId: tokenSchema,
  region: tokenSchema,
  /** JSON Web Token for `nodeKey`: with its seed it is the node's NATS credentials. */
  jwt: z.string(),
  expiresAt: timestampSchema,
  /** Generation of the secret. */
  epoch: z.int().min(0),
  /** The node's own TURN secret. */
  secret: z.string(),
  /** Seconds for which a secret it had before must stay valid beside this one. */
  overlapSeconds: z.int().min(0),
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
    /** An `EnrolGrant` as JSON, sealed to `sealTo`; base64. */
    sealed: z.string(),
    /** Public half of the key that sealed it. */
    sealedBy: publicKey('X'),
  }),
  z.object({ code: z.enum(ENROL_PROBLEMS), detail: z.string() }),
]);
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;

/** Of a join token, in the state: which nodes it was used for. */
export const joinRecordSchema = z.object({
  uses: z.array(z.object({ nodeKey: publicKey('U'), nodeId: tokenSchema })),
});
export type JoinRecord = z.infer<typeof joinRecordSchema>;
