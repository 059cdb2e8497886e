import { z } from 'zod';
import { CLOUD_REGIONS } from './cloud-regions.js';
import { regionScalingOf } from './policy-scaling.js';
import { tenantSchemaOf } from './policy-tenants.js';
import { timestampSchema, tokenSchema } from './token.js';

export const STRATEGY_NAMES = ['priced', 'nearest', 'waterfall', 'fixed-map'] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];

const versionSchema = z.string().regex(/^\d+(\.\d+){0,3}$/, 'must be a version such as 4.10.0');

/** Less than the window of `issued` batches that a starting process reads. */
export const MAX_RAMP_SECONDS = 25;

/** `z.strictObject`, or `z.object` in its place: the same members, but unknown ones are passed over. */
export type MakeObject = typeof z.strictObject;

const regionSchemaOf = (object: MakeObject) =>
  object({
    /** Degrees north; known for the regions of AWS, GCP and Azure by their names. */
    latitude: z.number().min(-90).max(90).optional(),
    /** Degrees east. */
    longitude: z.number().min(-180).max(180).optional(),
    scaling: regionScalingOf(object),
  });

/** Fills in where the clouds' regions are. */
const regionsSchemaOf = (object: MakeObject) =>
  z.record(tokenSchema, regionSchemaOf(object)).transform((regions, context) => {
    const placed = Object.entries(regions).map(([id, region]) => {
      const { latitude = CLOUD_REGIONS[id]?.latitude, longitude = CLOUD_REGIONS[id]?.longitude } = region;
      if (latitude === undefined || longitude === undefined) {
        const message = `needs latitude and longitude: "${id}" is no region of AWS, GCP or Azure that is known here`;
        context.addIssue({ code: 'custom', path: [id], message });
      }
      return [id, { ...region, latitude: latitude ?? 0, longitude: longitude ?? 0 }] as const;
    });
    return Object.fromEntries(placed);
  });
export type RegionPolicy = z.infer<ReturnType<typeof regionsSchemaOf>>[string];

/** The continent codes of GeoNames and MaxMind. */
export const CONTINENTS = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'] as const;
export type Continent = (typeof CONTINENTS)[number];

/** Regions, rules and bounds. Every default is a field's `default`. */
const documentSchemaOf = (object: MakeObject) =>
  object({
    /** A name for this version of the policy, the operator's own. */
    revision: z.string().min(1).max(64),
    strategy: z.enum(STRATEGY_NAMES).default('priced'),
    regions: regionsSchemaOf(object).refine((regions) => Object.keys(regions).length > 0, {
      message: 'needs at least one region',
    }),
    /** Serves clients whose location is unknown. */
    defaultRegion: tokenSchema,
    /** Utilization from which a region counts as full for clients of other regions, 0–1. */
    threshold: z.number().gt(0).max(1).default(0.8),
    /** A region is overloaded once its demand has been at `threshold` for `dwellSeconds`, until it is at `leave`. */
    overload: object({
      leave: z.number().gt(0).max(1).default(0.7),
      dwellSeconds: z.number().min(0).max(3600).default(10),
    }).prefault({}),
    /**
     * What a place costs where the utilization is u, in ms of round-trip time:
     * max(0, gainMs · (u − target) + I) + wallMs · max(0, u − threshold), dI/dt = gainMs ÷ integralSeconds · (u − target).
     */
    price: object({
      target: z.number().gt(0).max(1).default(0.79),
      gainMs: z.number().min(0).max(100_000).default(1500),
      integralSeconds: z.number().min(1).max(86_400).default(300),
      wallMs: z.number().min(0).max(1_000_000).default(20_000),
    }).prefault({}),
    scaling: object({
      /** Nodes added, drained and ended in an hour over the whole fleet, at most. */
      maxChangesPerHour: z.int().min(0).max(10_000).default(60),
    }).prefault({}),
    ttlSeconds: object({
      default: z.int().min(1).max(604_800).default(600),
      min: z.int().min(1).max(604_800).default(60),
      max: z.int().min(1).max(604_800).default(86_400),
    })
      .refine((ttl) => ttl.min <= ttl.default && ttl.default <= ttl.max, {
        message: 'must satisfy min ≤ default ≤ max',
      })
      .prefault({}),
    /** What one issued credential is expected to add to its node until heartbeats show it. */
    reservation: object({
      rampSeconds: z.number().min(1).max(MAX_RAMP_SECONDS).default(10),
      /** Seconds the load of a credential stays on average: turns a region's load into load per credential. */
      sessionSeconds: z.number().min(1).max(86_400).default(600),
      /** Before anything is observed. */
      bandwidthBps: z.number().min(0).max(1e9).default(300_000),
      allocations: z.number().min(0).max(100).default(1),
    }).prefault({}),
    /** Nodes that claim more are taken to have this much; a forged capacity attracts traffic. */
    maxNodeCapacity: object({
      bandwidthBps: z.number().positive().default(100e9),
      allocations: z.int().positive().default(1_000_000),
    }).prefault({}),
    /** Per server software, the oldest version that is handed out. */
    versionFloor: z
      .record(z.string().regex(/^[a-z][a-z0-9._-]{0,63}$/, 'must be a name in lower case'), versionSchema)
      .default({}),
    /** Whom one serves, by name; keys of the router's own file belong to no tenant. */
    tenants: z.record(tokenSchema, tenantSchemaOf(object)).default({}),
    /** For the strategy `fixed-map`: where the clients of a continent go, and where when that region is full. */
    fixedMap: object({
      continents: z.partialRecord(z.enum(CONTINENTS), tokenSchema),
      fallback: tokenSchema,
    }).optional(),
  }).superRefine((policy, context) => {
    const known = (region: string, path: string[]) => {
      if (Object.hasOwn(policy.regions, region)) return;
      const message = `"${region}" is not one of the regions: ${Object.keys(policy.regions).join(', ')}`;
      context.addIssue({ code: 'custom', path, message });
    };
    known(policy.defaultRegion, ['defaultRegion']);
    if (policy.overload.leave >= policy.threshold) {
      context.addIssue({ code: 'custom', path: ['overload', 'leave'], message: 'must be below threshold' });
    }
    for (const [name, { regions }] of Object.entries(policy.tenants)) {
      for (const [i, region] of (regions?.require ?? []).entries()) {
        known(region, ['tenants', name, 'regions', 'require', String(i)]);
      }
    }
    for (const [continent, region] of Object.entries(policy.fixedMap?.continents ?? {})) {
      known(region, ['fixedMap', 'continents', continent]);
    }
    if (policy.fixedMap) known(policy.fixedMap.fallback, ['fixedMap', 'fallback']);
    if (policy.strategy === 'fixed-map' && !policy.fixedMap) {
      context.addIssue({ code: 'custom', path: ['fixedMap'], message: 'the strategy fixed-map needs it' });
    }
  });

/** What an operator writes: a member nobody knows is a mistake to hear of. */
export const policyDocumentSchema = documentSchemaOf(z.strictObject);
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;

/** The same as it comes from the log or the store: a newer version may have added members. */
export const storedPolicySchema = documentSchemaOf(z.object);

/** The policy in force, whole, as it stands on the log. */
export const policySchema = z.object({ at: timestampSchema, policy: storedPolicySchema });
export type PolicyAnnouncement = z.infer<typeof policySchema>;
