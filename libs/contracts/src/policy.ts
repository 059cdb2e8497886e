import { z } from 'zod';
import { checkPolicy, checkWritten } from './policy-checks.js';
import { overloadOf, priceOf, reservationOf } from './policy-load.js';
import { regionsSchemaOf, type MakeObject } from './policy-regions.js';
import { tenantSchemaOf } from './policy-tenants.js';
import { timestampSchema, tokenSchema } from './token.js';

export const STRATEGY_NAMES = ['priced', 'nearest', 'waterfall', 'fixed-map'] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];

const versionSchema = z.string().regex(/^\d+(\.\d+){0,3}$/, 'must be a version such as 4.10.0');

/** The continent codes of GeoNames and MaxMind. */
export const CONTINENTS = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'] as const;
export type Continent = (typeof CONTINENTS)[number];

/** Seconds a credential is valid: what a request gets that asks for nothing, and the bounds for one that asks. */
const ttlOf = (object: MakeObject) =>
  object({
    default: z.int().min(1).max(604_800).default(600),
    min: z.int().min(1).max(604_800).default(60),
    max: z.int().min(1).max(604_800).default(86_400),
  })
    .refine((ttl) => ttl.min <= ttl.default && ttl.default <= ttl.max, {
      message: 'must satisfy min ≤ default ≤ max',
    })
    .prefault({});

/** Regions, rules and bounds. Every default is a field's `default`. */
const membersOf = (object: MakeObject) =>
  object({
    revision: z
      .string()
      .min(1)
      .max(64)
      .describe("A name for this version of the policy, the operator's own."),
    strategy: z.enum(STRATEGY_NAMES).default('priced'),
    regions: regionsSchemaOf(object).refine((regions) => Object.keys(regions).length > 0, {
      message: 'needs at least one region',
    }),
    defaultRegion: tokenSchema.describe('Serves clients whose location is unknown.'),
    threshold: z
      .number()
      .gt(0)
      .max(1)
      .default(0.8)
      .describe('Utilization from which a region counts as full for clients of other regions, 0–1.'),
    overload: overloadOf(object),
    price: priceOf(object),
    scaling: object({
      maxChangesPerHour: z
        .int()
        .min(0)
        .max(10_000)
        .default(60)
        .describe('Nodes added, drained and ended in an hour over the whole fleet, at most.'),
    }).prefault({}),
    ttlSeconds: ttlOf(object),
    reservation: reservationOf(object),
    maxNodeCapacity: object({
      bandwidthBps: z.number().positive().default(100e9),
      allocations: z.int().positive().default(1_000_000),
    })
      .prefault({})
      .describe('Nodes that claim more are taken to have this much; a forged capacity attracts traffic.'),
    versionFloor: z
      .record(z.string().regex(/^[a-z][a-z0-9._-]{0,63}$/, 'must be a name in lower case'), versionSchema)
      .default({})
      .describe('Per server software, the oldest version that is handed out.'),
    tenants: z
      .record(tokenSchema, tenantSchemaOf(object))
      .default({})
      .describe("Whom one serves, by name; keys of the router's own file belong to no tenant."),
    fixedMap: object({
      continents: z.partialRecord(z.enum(CONTINENTS), tokenSchema),
      fallback: tokenSchema,
    })
      .optional()
      .describe(
        'For the strategy `fixed-map`: where the clients of a continent go, and where when that region is full.',
      ),
  });

/** Not yet checked together. */
export type PolicyMembers = z.infer<ReturnType<typeof membersOf>>;

/** Members that are what they must be can be held against each other, whatever else is wrong. */
const isComparable = ({ issues }: z.core.ParsePayload) =>
  issues.every((issue) => issue.continue === true || issue.code === 'unrecognized_keys');

const documentSchemaOf = (object: MakeObject) =>
  membersOf(object).superRefine(checkPolicy, { when: isComparable });

/** What an operator writes: a member nobody knows is a mistake to hear of. */
export const policyDocumentSchema = documentSchemaOf(z.strictObject).superRefine(checkWritten, {
  when: isComparable,
});
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;

/** The same as it comes from the log or the store: a newer version may have added members. */
export const storedPolicySchema = documentSchemaOf(z.object);

/** The policy in force, whole, as it stands on the log. */
export const policySchema = z.object({ at: timestampSchema, policy: storedPolicySchema });
export type PolicyAnnouncement = z.infer<typeof policySchema>;
