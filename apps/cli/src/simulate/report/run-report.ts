import { STRATEGY_NAMES } from '@spillway/contracts';
import { z } from 'zod';

const share = z.number().min(0);

/** What the optimum came to, for the same calls and the same nodes. */
const optimumSchema = z.object({
  meanExtraMs: share,
  p95ExtraMs: share,
  spilledPercent: share,
  overThresholdPercent: share,
  solveSeconds: share,
});
export type OptimumReport = z.infer<typeof optimumSchema>;

/** What one run came to. */
export const runReportSchema = z.object({
  scenario: z.string(),
  /** Results of other rules are other results. */
  ruleVersion: z.number(),
  options: z.object({
    strategy: z.enum(STRATEGY_NAMES),
    fleet: z.enum(['loose', 'medium', 'tight']),
    routers: z.number(),
    heartbeatSeconds: z.number(),
    seed: z.number(),
    hours: z.number(),
    startHour: z.number(),
    arrivalsPerDay: z.number(),
    unusedShare: z.number(),
    policy: z.record(z.string(), z.unknown()),
  }),
  decisions: share,
  /** Extra round-trip time over the nearest region, of those who were placed. */
  meanExtraMs: share,
  p95ExtraMs: share,
  p99ExtraMs: share,
  /** % of session-seconds on nodes above 100 % of their capacity, and above 90 %. */
  overloadedPercent: share,
  crowdedPercent: share,
  /** % of load in regions above 80.5 %. */
  overThresholdPercent: share,
  /** The same of each region that had any. */
  overThresholdByRegion: z.record(z.string(), z.number()),
  /** The highest of any region and any node in any second. */
  maxRegionUtilization: share,
  maxNodeUtilization: share,
  /** % of decisions away from home; of these needless: home below 70 % and known to be usable. */
  spilledPercent: share,
  needlessPercent: share,
  /** % of decisions away from home because the router knew of no usable node there. */
  forcedPercent: share,
  /** % of decisions onto a region, not the client's own, above 81 %. */
  ontoFullPercent: share,
  /** Per hour, over all regions. */
  flapsPerHour: share,
  flapsByRegion: z.record(z.string(), z.number()),
  /** The longest that a region above 80.5 % went on taking all of its own clients; with a surge, the one it concerns most. */
  steeredAfterSeconds: share,
  refused: share,
  refusedWithRoom: share,
  /** Placements on nodes that were gone. */
  dead: share,
  /** What the fleet cost, and the fewest node-hours that could have carried the same at 80 %. */
  nodeHours: share,
  nodeHoursBound: share,
  /** Calls that were cut off because their node was ended or lost. */
  cutCalls: share,
  /** Of one decision, mean: whatever machine this ran on. */
  decisionMicroseconds: share,
  runSeconds: share,
  /** SHA-256 of all decisions. */
  decisionsSha256: z.string(),
  optimum: optimumSchema.nullable(),
});
export type RunReport = z.infer<typeof runReportSchema>;
