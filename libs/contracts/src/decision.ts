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
  /** ISO 3166-1 alpha-2. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  continent: z.enum(CONTINENTS).optional(),
  /** Whole degrees north and east; absent when nobody knows where the client is. */
  lat: z.int().min(-90).max(90).optional(),
  lon: z.int().min(-180).max(180).optional(),
  /** The first digits of the SHA-256 of the user part of the TURN user name; absent when that is the decision's id. */
  user: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .optional(),
  tenant: tokenSchema.optional(),
  /** The only regions that might serve, by the request and its tenant together. */
  require: z.array(tokenSchema).max(64).optional(),
  prefer: tokenSchema.optional(),
  transports: z.array(z.enum(TRANSPORTS)).min(1).max(TRANSPORTS.length).optional(),
  count: z.int().min(1).max(MAX_COUNT).optional(),
});
export type Asked = z.infer<typeof askedSchema>;

/** When, as the log writes it: from where the batch begins. */
const whenShape = {
  /** Milliseconds of log time since `basis.fromMs`. */
  ms: z.int().min(0).optional(),
  /** Positions of the log read since `basis.fromPosition`; none when it is left out. */
  read: z.int().min(0).optional(),
};

/** One answer, as the log writes it. Never a credential, a secret or a client address. */
export const writtenDecisionSchema = askedSchema.extend({
  ...whenShape,
  region: tokenSchema,
  nodes: z.array(tokenSchema).min(1).max(8),
  /** `null` when the client's location was unknown; left out when it is the region. */
  nearestRegion: tokenSchema.nullable().optional(),
  reason: z.enum(PLACEMENT_REASONS),
  /** Of the first version, which wrote nothing that a batch could begin from: see `DecisionRecord`. */
  id: z.string().min(1).max(160).optional(),
  ageMs: z.int().min(0).optional(),
});
export type WrittenDecision = z.infer<typeof writtenDecisionSchema>;

/** One request that nobody could serve, as the log writes it. */
export const writtenRefusalSchema = askedSchema.extend({
  ...whenShape,
  /** Decisions of the batch made before it; none when it is left out. */
  after: z.int().min(0).optional(),
  code: z.enum(REFUSAL_CODES),
});
export type WrittenRefusal = z.infer<typeof writtenRefusalSchema>;

/** Something else that a router's answers depend on: its link to the log came or went, or part of the log was missed. */
export const routerStepSchema = z.object({
  kind: z.enum(['link-up', 'link-down', 'gap']),
  /** Decisions and refusals of the batch made before it. */
  after: z.int().min(0),
  /** Log time, in ms. */
  atMs: z.int().min(0),
  /** How far the log had been read. */
  position: z.int().min(0),
});
export type RouterStep = z.infer<typeof routerStepSchema>;

/** What the decisions of a batch rest on, besides the log. */
export const basisSchema = z.object({
  /** Version of the rules they were made by; see `RULE_VERSION` of the placement. */
  rule: z.int().min(0),
  /** Number of the first decision; they follow without a hole. */
  fromN: z.int().min(0),
  /** Log time and position of the log at the first decision; of a batch without any, when it was made. */
  fromMs: z.int().min(0),
  fromPosition: z.int().min(0),
  /** Digest of what the router's view of the fleet was made from then; see `Fleet.digest`. */
  view: z.string().regex(/^[0-9a-f]{8}$/),
  /** Log time at which the batch was made up, in ms. */
  sentMs: z.int().min(0),
  /** Since the last batch, in order. */
  steps: z.array(routerStepSchema).max(1000).optional(),
  /** Something in the view came from what is stored beside the log and has not been said on it since. */
  isRestored: z.literal(true).optional(),
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
