import type { RegionControl, Scale } from '@spillway/contracts';

/** After a plan failed nothing is planned for so long; after each more in a row, for twice as long. */
const FIRST_DELAY_MS = 30_000;
/** A provider that is put right is found so within this. */
const MAX_DELAY_MS = 900_000;

export type PlanFailures = Pick<
  RegionControl,
  'changesAtMs' | 'planChanges' | 'failedPlans' | 'lastPlanFailureAtMs'
>;

/**
 * A plan failed at `atMs`. What it wanted to add and to end is given back to the bound on changes: another region
 * must not go short for it. Its drains were ordered before anything could fail, so they stay counted.
 */
export function failedPlan(
  { changesAtMs, planChanges, failedPlans, atMs }: PlanFailures & Pick<RegionControl, 'atMs'>,
  { drain }: Pick<Scale, 'drain'>,
): PlanFailures {
  const given = Math.max(0, Math.min(changesAtMs.length, planChanges) - drain.length);
  return {
    changesAtMs: changesAtMs.slice(0, changesAtMs.length - given),
    planChanges: 0,
    failedPlans: failedPlans + 1,
    lastPlanFailureAtMs: atMs,
  };
}

/** Until when nothing is planned after plans that failed in a row, in log time; 0 when nothing is in the way. */
export function planBackOffUntil({
  failedPlans,
  lastPlanFailureAtMs,
}: Pick<PlanFailures, 'failedPlans' | 'lastPlanFailureAtMs'>): number {
  if (failedPlans === 0 || lastPlanFailureAtMs === null) return 0;
  return lastPlanFailureAtMs + Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failedPlans - 1, 16));
}
