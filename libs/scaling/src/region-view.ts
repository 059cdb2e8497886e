import type { RegionControl, RegionScaling } from '@spillway/contracts';
import { priceCurve, priceMs } from '@spillway/fleet';
import type { Census } from './census.js';
import { demandInNodes, type NodeCapacity } from './demand.js';
import { credentialsIn } from './load-per-credential.js';
import type { Look } from './look.js';
import { nodesNeeded, type Need } from './need.js';
import { planBackOffUntil } from './plan-failures.js';
import { MAX_CHANGES, type RegionMemory } from './region-memory.js';
import type { RegionContext } from './region-context.js';
import { scheduledMin } from './schedule.js';
import { significantSlope } from './trend.js';

/** Shrinking keeps below the planning target, so that what was just drained is not needed again. */
const SHRINK_MARGIN = 0.95;
/** Of the changes an hour, the part that shrinking leaves for growth. */
const GROWTH_RESERVE = 0.25;

const HOUR_MS = 3_600_000;

/** A node that is there is heard within this, some heartbeats and a reconnect, in ms. */
const HEARD_WITHIN_MS = 15_000;

/** Everything the planner looks at, of one region, at one moment. Times are log time in ms. */
export interface RegionView {
  readonly now: number;
  readonly scaling: RegionScaling;
  /** The larger of `min` and the schedule's; and no more nodes than `max`. */
  readonly min: number;
  readonly max: number;
  /** As it is after this step's price, overload and boots. */
  readonly control: RegionControl;
  readonly census: Census;
  /** `null` when the load is unknown. */
  readonly need: Need | null;
  /** What its nodes carry, whoever it belongs to, in nodes' worth of load; `null` when unknown. */
  readonly carriedNodes: number | null;
  readonly nodeCapacity: NodeCapacity | null;
  /** Utilization the region must stay under without the nodes that are drained. */
  readonly shrinkBound: number;
  /** The whole price that routers see is zero. */
  readonly isFree: boolean;
  /** Overloaded, with a slow part of the price that stays. */
  readonly isPricePersistent: boolean;
  /** Plans failed, and the wait after that is not over. */
  readonly hasPlanJustFailed: boolean;
  /** No node of it is heard, and not for long: there may be nodes that have not been heard yet. */
  readonly isUnheard: boolean;
  /** Instances past all patience that never served. */
  readonly neverServed: readonly string[];
  /** Of the fleet's bound on changes an hour; shrinking leaves some for growth. */
  readonly changesLeft: number;
  readonly changesLeftToShrink: number;
}

export function viewRegion(
  { control, slope, inViewSinceMs }: Pick<RegionMemory, 'control' | 'slope' | 'inViewSinceMs'>,
  context: RegionContext,
  { census, neverServed }: Look,
): RegionView {
  const { now, policy, region, signals, clocks } = context;
  const { scaling } = region.place;
  const { utilization, usableCount } = signals;
  const changesLeft = Math.min(context.changesLeft, MAX_CHANGES - changesWithin(control, now));
  const reserve = Math.floor(policy.scaling.maxChangesPerHour * GROWTH_RESERVE);
  const max = scaling.provider.kind === 'none' && scaling.max === 0 ? Infinity : scaling.max;
  return {
    now,
    scaling,
    min: Math.min(max, Math.max(scaling.min, scheduledMin(scaling.schedule, now, clocks))),
    max,
    control,
    census,
    need: needOf(control, slope, context),
    carriedNodes: utilization === null ? null : utilization * usableCount,
    nodeCapacity: control.nodeCapacity,
    shrinkBound: Math.min(policy.overload.leave, SHRINK_MARGIN * scaling.target),
    isFree:
      control.integralMs === 0 &&
      utilization !== null &&
      priceMs(utilization, control.integralMs, priceCurve(policy, region.holds)) === 0,
    isPricePersistent: control.overload?.state === 'entered' && control.integralMs > 0,
    hasPlanJustFailed: now < planBackOffUntil(control),
    isUnheard: context.nodes.length === 0 && now - (inViewSinceMs ?? now) < HEARD_WITHIN_MS,
    neverServed,
    changesLeft,
    changesLeftToShrink: changesLeft - reserve,
  };
}

function changesWithin({ changesAtMs }: RegionControl, now: number): number {
  return changesAtMs.filter((at) => now - at < HOUR_MS).length;
}

function needOf(
  control: RegionControl,
  slope: number,
  { demand, signals, policy, region }: RegionContext,
): Need | null {
  const demandNodes = demandInNodes(demand, signals, control.nodeCapacity);
  if (demandNodes === null) return null;
  const credentials = credentialsIn(demand.load, control.loadPerCredential);
  const { sessionSeconds } = policy.reservation;
  return nodesNeeded({
    demandNodes,
    slope: significantSlope(control.trail, slope, demandNodes, credentials, sessionSeconds),
    bootSeconds: control.bootSeconds,
    credentials,
    target: region.place.scaling.target,
    threshold: policy.threshold,
  });
}
