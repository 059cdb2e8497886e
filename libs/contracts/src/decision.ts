import { z } from 'zod';
import { MAX_COUNT, TRANSPORTS } from './ice-servers.js';
import { PLACEMENT_REASONS, type PlacementReason } from './placement-reason.js';
import { CONTINENTS } from './policy.js';
import { tokenSchema } from './token.js';

/** Why a client was served nowhere; see `Refusal` of the placement. */
export const REFUSAL_CODES = ['requirement-unmet', 'transports-unmet', 'no-capacity'] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Unique over routers and their restarts. @param n counts within the run. */
export function decisionId(routerId: string, bootId: string, n: number): string {
  return `${routerId}-${bootId}-${n.toString(36)}`;
}

/** What a router was asked, as far as its answer depends on it. What a request leaves out is left out. */
export const askedSchema = z.object({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe('ISO 3166-1 alpha-2.'),
  continent: z.enum(CONTINENTS).optional(),
  lat: z
    .int()
    .min(-90)
    .max(90)
    .optional()
    .describe('Whole degrees north and east; absent when nobody knows where the client is.'),
  lon: z.int().min(-180).max(180).optional(),
  user: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .optional()
    .describe(
      "The first digits of the SHA-256 of the user part of the TURN user name; absent when that is the decision's id.",
    ),
  tenant: tokenSchema.optional(),
  require: z
    .array(tokenSchema)
    .max(64)
    .optional()
    .describe('The only regions that might serve, by the request and its tenant together.'),
  prefer: tokenSchema.optional(),
  transports: z.array(z.enum(TRANSPORTS)).min(1).max(TRANSPORTS.length).optional(),
  count: z.int().min(1).max(MAX_COUNT).optional(),
});
export type Asked = z.infer<typeof askedSchema>;

/** When, as the log writes it: from where the batch begins. */
const whenShape = {
  ms: z.int().min(0).optional().describe('Milliseconds of log time since `basis.fromMs`.'),
  read: z
    .int()
    .min(0)
    .optional()
    .describe('Positions of the log read since `basis.fromPosition`; none when it is left out.'),
};

/** One answer, as the log writes it. Never a credential, a secret or a client address. */
export const writtenDecisionSchema = askedSchema.extend({
  ...whenShape,
  region: tokenSchema,
  nodes: z.array(tokenSchema).min(1).max(8),
  nearestRegion: tokenSchema
    .nullable()
    .optional()
    .describe("`null` when the client's location was unknown; left out when it is the region."),
  reason: z.enum(PLACEMENT_REASONS),
  id: z
    .string()
    .min(1)
    .max(160)
    .optional()
    .describe(
      'Of the first version, which wrote nothing that a batch could begin from: see `DecisionRecord`.',
    ),
  ageMs: z.int().min(0).optional(),
});
export type WrittenDecision = z.infer<typeof writtenDecisionSchema>;

/** One request that nobody could serve, as the log writes it. */
export const writtenRefusalSchema = askedSchema.extend({
  ...whenShape,
  after: z
    .int()
    .min(0)
    .optional()
    .describe('Decisions of the batch made before it; none when it is left out.'),
  code: z.enum(REFUSAL_CODES),
});
export type WrittenRefusal = z.infer<typeof writtenRefusalSchema>;

/** Something else that a router's answers depend on: its link to the log came or went, or part of the log was missed. */
export const routerStepSchema = z.object({
  kind: z.enum(['link-up', 'link-down', 'gap']),
  after: z.int().min(0).describe('Decisions and refusals of the batch made before it.'),
  atMs: z.int().min(0).describe('Log time, in ms.'),
  position: z.int().min(0).describe('How far the log had been read.'),
});
export type RouterStep = z.infer<typeof routerStepSchema>;

/** What the decisions of a batch rest on, besides the log. */
export const basisSchema = z.object({
  rule: z
    .int()
    .min(0)
    .describe('Version of the rules they were made by; see `RULE_VERSION` of the placement.'),
  fromN: z.int().min(0).describe('Number of the first decision; they follow without a hole.'),
  fromMs: z
    .int()
    .min(0)
    .describe(
      'Log time and position of the log at the first decision; of a batch without any, when it was made.',
    ),
  fromPosition: z.int().min(0),
  view: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .describe("Digest of what the router's view of the fleet was made from then; see `Fleet.digest`."),
  sentMs: z.int().min(0).describe('Log time at which the batch was made up, in ms.'),
  steps: z.array(routerStepSchema).max(1000).optional().describe('Since the last batch, in order.'),
  isRestored: z
    .literal(true)
    .optional()
    .describe(
      'Something in the view came from what is stored beside the log and has not been said on it since.',
    ),
});
export type Basis = z.infer<typeof basisSchema>;

/** One decision as everybody reads it, whatever version wrote it. */
export interface DecisionRecord extends Asked {
  id: string;
  region: string;
  nodes: string[];
  /** `null` when the client's location was unknown. */
  nearestRegion: string | null;
  reason: PlacementReason;
  /** Milliseconds from the decision to the making of its batch: more than a batch's time after a lost link. */
  ageMs: number;
  /** Log time of the decision in ms, and how far the log had been read; not told by the first version. */
  atMs?: number;
  position?: number;
}

/** One refusal as everybody reads it. */
export interface RefusalRecord extends Asked {
  code: RefusalCode;
  /** Decisions of the batch made before it. */
  after: number;
  atMs: number;
  position: number;
}
