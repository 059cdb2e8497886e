import { z } from 'zod';
import { timestampSchema, tokenSchema } from './token.js';

/** Load ÷ capacity; demand and overload go beyond 1. */
const ratio = z.number().min(0).max(100);

/** Who wanted a command. The autoscaler takes back its own drains when it needs the room, never an operator's. */
export const COMMAND_ORIGINS = ['autoscaler', 'operator'] as const;

/**
 * How the ids of the autoscaler's own orders begin. A node echoes the id of the order it obeys, so that whose drain it
 * is outlives the order on the log.
 */
export const PLAN_ORDER_PREFIX = 'plan-';

/** An order to one node. Its reporter obeys only its own `instanceId` and echoes the id in its heartbeats. */
export const commandSchema = z.object({
  at: timestampSchema,
  id: tokenSchema,
  command: z.enum(['drain', 'undrain']),
  instanceId: z.string().min(1).max(128),
  deadlineSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .describe('Seconds from `at` until a drain ends whatever is still running.'),
  expiresAt: timestampSchema.describe('A node that has not begun to obey by then does not obey any more.'),
  reason: z.string().max(256),
  origin: z.enum(COMMAND_ORIGINS).default('operator'),
  isStanding: z
    .boolean()
    .optional()
    .describe(
      'The node took it up, and it is said again so that it outlives the log, for a node that is off meanwhile: with the same `id` and `at`, and so the same deadline, but valid for as long as the log is kept.',
    ),
});
export type Command = z.infer<typeof commandSchema>;

/** A region went over its threshold and stayed there, or came back under it. */
export const overloadSchema = z.object({
  at: timestampSchema,
  state: z.enum(['entered', 'cleared']),
  utilization: ratio,
  threshold: ratio,
  since: timestampSchema,
});
export type Overload = z.infer<typeof overloadSchema>;

/** The most that one credential can be expected to add. */
export const MAX_LOAD_PER_CREDENTIAL = { bandwidthBps: 1e9, allocations: 100 } as const;

/** What one issued credential is expected to add, as observed. */
export const loadPerCredentialSchema = z.object({
  bandwidthBps: z.number().min(0).max(MAX_LOAD_PER_CREDENTIAL.bandwidthBps),
  allocations: z.number().min(0).max(MAX_LOAD_PER_CREDENTIAL.allocations),
});
export type LoadPerCredential = z.infer<typeof loadPerCredentialSchema>;

/** Shares of a region's load by the region its clients belong to, 0–1; what is below 0.001 is left out. */
export const originsSchema = z.record(tokenSchema, z.number().min(0).max(1));
export type Origins = z.infer<typeof originsSchema>;

/** What a place in a region costs, in milliseconds of round-trip time: the slow part, and what it rests on. */
export const spilloverSchema = z.object({
  at: timestampSchema,
  priceMs: z
    .number()
    .min(0)
    .max(100_000)
    .describe(
      'The whole price as the autoscaler saw it. Routers take `integralMs` and add their own fast part.',
    ),
  integralMs: z.number().min(0).max(400),
  utilization: ratio.nullable(),
  demand: ratio.nullable().describe('Utilization there would be with all prices at zero.'),
  loadPerCredential: loadPerCredentialSchema,
  origins: originsSchema.default({}),
  target: ratio,
  generation: z.int().min(0),
  validForSeconds: z.number().positive().max(3600),
});
export type Spillover = z.infer<typeof spilloverSchema>;

/** Why a step was taken, or was not. `code` is stable, `detail` is for people. */
export const scaleReasonSchema = z.object({
  step: z.enum(['grow', 'undrain', 'drain', 'terminate', 'hold']),
  isTaken: z.boolean(),
  code: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be words in lower case with dashes'),
  detail: z.string().max(256),
});
export type ScaleReason = z.infer<typeof scaleReasonSchema>;

/**
 * `held`: nothing to do, or nothing that may be done now; not a revision. `dry-run`: what would have been done.
 * `planned`: committed, not begun. `executing`, `done`, `failed`: what became of it.
 */
export const SCALE_OUTCOMES = ['held', 'dry-run', 'planned', 'executing', 'done', 'failed'] as const;

const nodes = z.array(tokenSchema).max(1000);

/**
 * A plan for the size of a region: absolute, so that carrying it out twice is carrying it out once. Committed by
 * compare-and-set on the revision before anything is done.
 */
export const scaleSchema = z.object({
  at: timestampSchema,
  revision: z.int().min(0),
  parentRevision: z.int().min(0).nullable().describe("`null` for a region's first."),
  generation: z.int().min(0),
  current: z
    .int()
    .min(0)
    .describe('Instances the provider had, booting ones included, when the plan was made.'),
  desired: z.int().min(0).describe('Instances it shall have once those to be terminated are gone.'),
  drain: nodes.describe('Nodes to take out of service, and to take back into it, by node id.'),
  undrain: nodes,
  terminate: z
    .array(z.string().min(1).max(128))
    .max(1000)
    .describe("Instances to be ended, by the provider's instance id: drained, or never come up."),
  reasons: z.array(scaleReasonSchema).max(100),
  outcome: z.enum(SCALE_OUTCOMES),
  error: z.string().max(512).nullable().default(null).describe('What went wrong, for `failed`.'),
});
export type Scale = z.infer<typeof scaleSchema>;

/** Log time in ms since the epoch. */
const logTime = z.number().min(0);

/** Everything an autoscaler must know of a region to go on where another stopped. Outlives the log. */
export const regionControlSchema = z.object({
  /** When this was so. */
  atMs: logTime,
  generation: z.int().min(0),
  revision: z.int().min(0).describe('Of the last committed plan; 0 before the first.'),
  integralMs: z.number().min(0).max(400),
  demand: ratio.nullable(),
  loadPerCredential: loadPerCredentialSchema,
  origins: originsSchema,
  overload: z.object({ state: z.enum(['entered', 'cleared']), sinceMs: logTime }).nullable(),
  highSinceMs: logTime
    .nullable()
    .default(null)
    .describe(
      'Since when, without a break, demand has been at the threshold: the dwell time before `entered`.',
    ),
  trail: z
    .array(z.object({ atMs: logTime, nodes: z.number().min(0) }))
    .max(64)
    .default([])
    .describe("Demand of the last minutes, in nodes' worth of load: what the trend is read from."),
  nodeCapacity: z
    .object({
      kbps: z.number().positive().nullable(),
      allocations: z.number().positive().nullable(),
    })
    .nullable()
    .default(null)
    .describe(
      'What a node of the region holds on average, for as long as there is none; parts that are not known are `null`.',
    ),
  lastGrowthAtMs: logTime.nullable().describe('Of what the planner waits after.'),
  lastShrinkAtMs: logTime.nullable(),
  spareSinceMs: logTime
    .nullable()
    .describe('Since when, without a break, the region could do with fewer nodes, or needs more.'),
  shortSinceMs: logTime.nullable(),
  bootSeconds: z
    .number()
    .positive()
    .max(86_400)
    .nullable()
    .describe('Measured: from the order to the first `serving` heartbeat.'),
  booting: z
    .array(z.object({ instanceId: z.string().min(1).max(128), sinceMs: logTime }))
    .max(1000)
    .default([])
    .describe('Instances that have not served yet, and when they were ordered.'),
  failedBoots: z.int().min(0).describe('In a row.'),
  lastFailureAtMs: logTime.nullable().default(null),
  changesAtMs: z
    .array(logTime)
    .max(1000)
    .describe('Of the steps of the last hour, for the bound over the whole fleet.'),
  planChanges: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('Of these, the last ones, those of the last plan: given back when it fails.'),
  failedPlans: z.int().min(0).default(0).describe('In a row.'),
  lastPlanFailureAtMs: logTime.nullable().default(null),
  plan: scaleSchema.nullable().describe('The last committed plan.'),
});
export type RegionControl = z.infer<typeof regionControlSchema>;

/** The autoscalers' lock: who may act, under which generation. Alive while its revision keeps changing. */
export const leaseSchema = z.object({
  holder: tokenSchema.nullable().describe('`null`: given back in good order.'),
  generation: z.int().min(0).describe('Grows with every change of holder.'),
  beat: z.int().min(0),
});
export type Lease = z.infer<typeof leaseSchema>;

/** What the cli and the router's admin endpoints ask the autoscaler (`QUERY_NODE_COMMAND`). */
export const nodeCommandRequestSchema = z.strictObject({
  command: z.enum(['drain', 'undrain']),
  node: tokenSchema,
  region: tokenSchema.optional().describe('Needed when two regions have a node of this name.'),
  deadlineSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .describe("For a drain; the region's `drainDeadlineSeconds` unless given."),
  reason: z.string().max(256).default(''),
});
export type NodeCommandRequest = z.input<typeof nodeCommandRequestSchema>;

export const nodeCommandAnswerSchema = z.object({
  commandId: tokenSchema,
  region: tokenSchema,
  node: tokenSchema,
  position: z.int().min(0).describe('Of the command on the log.'),
});
export type NodeCommandAnswer = z.infer<typeof nodeCommandAnswerSchema>;
