import { z } from 'zod';
import { askedSchema, REFUSAL_CODES } from './decision.js';
import { PLACEMENT_REASONS } from './placement-reason.js';
import { STRATEGY_NAMES } from './policy.js';
import { timestampSchema, tokenSchema } from './token.js';

/** Why a region did not serve a client; see `RegionObstacle` of the placement. */
export const REGION_OBSTACLES = [
  'not-allowed',
  'no-node',
  'transports',
  'full',
  'expected-full',
  'preference',
  'fuller',
  'at-threshold',
  'costs-more',
  'further',
  'not-mapped',
] as const;

/** Which rule chose between the nodes that were compared; see `NodeRule` of the placement. */
export const NODE_RULES = [
  'only-one',
  'other-unfit',
  'none-drawn-fit',
  'fresher',
  'known-load',
  'fewer-reservations',
  'lower-load',
  'first-drawn',
  'lowest-score',
] as const;

const counts = z.record(z.string(), z.int().min(1));
const share = z.number().min(0);

const explainedRegionSchema = z.object({
  region: tokenSchema,
  isServing: z.boolean(),
  isHome: z.boolean(),
  isAllowed: z.boolean(),
  rttMs: z.number(),
  priceMs: z.number(),
  integralMs: z.number().describe("Of the price, the autoscaler's slow part."),
  measured: share
    .nullable()
    .describe('What heartbeats said, as a share of the capacity; `null` when that is not known.'),
  /** What was issued and does not show in heartbeats yet, as a share of the capacity. */
  reserved: share,
  fullness: z.enum(['below-threshold', 'unknown', 'at-threshold']),
  nodes: z.int().min(0),
  feasible: z
    .int()
    .min(0)
    .describe(
      'Nodes that might have been handed out to this client, and how many might not for which reason.',
    ),
  rejected: counts,
  obstacle: z.enum(REGION_OBSTACLES).nullable().describe('`null` of the region that serves.'),
  wouldServe: z
    .boolean()
    .describe(
      'It would have served, had what kept it from serving (nodes, room, the requirement) not been so.',
    ),
  turnsAt: z
    .object({
      priceMs: z.number().nullable().describe('`null` where the strategy does not go by prices.'),
      /** As a share of the capacity, what is reserved counted in. */
      load: share,
      to: tokenSchema.optional(),
    })
    .nullable()
    .describe(
      'All else as it was: below this price, or this load, the region would have served; the region that serves, above it, would not, but `to`. `null` where neither would do.',
    ),
});

const comparedNodeSchema = z.object({
  node: tokenSchema,
  isChosen: z.boolean(),
  freshness: z.enum(['fresh', 'suspect', 'unknown']),
  measured: share.nullable(),
  reserved: share,
  reservations: z.number().min(0).describe('Credentials that count as reserved.'),
});

const outcomeSchema = z.object({
  region: tokenSchema,
  nodes: z.array(tokenSchema),
  nearestRegion: tokenSchema.nullable(),
  reason: z.enum(PLACEMENT_REASONS),
});

/** Everything that was weighed, derived again. */
const derivedSchema = z.object({
  policy: z.string(),
  strategy: z.enum(STRATEGY_NAMES),
  threshold: z.number(),
  outcome: z
    .union([outcomeSchema, z.object({ code: z.enum(REFUSAL_CODES) })])
    .describe('The same as was recorded unless the verdict says that it differs or cannot be told.'),
  regions: z.array(explainedRegionSchema),
  compared: z.array(comparedNodeSchema).describe('In the region that served: those that were compared.'),
  nodeRule: z.enum(NODE_RULES).nullable(),
  liveRouters: z.int().min(0),
  isBusSuspect: z.boolean(),
});

const verdictSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('same') }),
  z.object({ kind: z.literal('differs'), field: z.string(), recorded: z.string(), derived: z.string() }),
  z.object({
    kind: z.literal('unverifiable'),
    reason: z.string().describe('Stable; docs/incident-review.md lists them.'),
    isAgreeing: z
      .boolean()
      .nullable()
      .describe('What was derived nevertheless is what was recorded; `null` where nothing could be derived.'),
  }),
]);

/** `GET /v1/decisions/{id}` and `spillway explain --json`: why a client got its node. */
export const decisionExplanationSchema = z.object({
  decision: outcomeSchema.extend({
    id: z.string(),
    router: tokenSchema,
    at: timestampSchema.nullable().describe('`null` of the first version, which did not tell.'),
    position: z
      .int()
      .min(0)
      .nullable()
      .describe('How far the router had read the log, and where its decision is on it.'),
    recordedAt: z.int().min(1),
    asked: askedSchema,
  }),
  verdict: verdictSchema.describe(
    'Whether the decision, derived again from the log, comes out as it was recorded.',
  ),
  derived: derivedSchema.nullable(),
  text: z.array(z.string()).describe('The same in plain words, a paragraph each.'),
});
export type DecisionExplanation = z.infer<typeof decisionExplanationSchema>;
export type ExplainedRegion = z.infer<typeof explainedRegionSchema>;
export type ExplainedNode = z.infer<typeof comparedNodeSchema>;
export type ExplainedDecision = DecisionExplanation['decision'];
export type DerivedDecision = z.infer<typeof derivedSchema>;
export type DecisionVerdict = z.infer<typeof verdictSchema>;
