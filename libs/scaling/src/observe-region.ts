import type { RegionControl } from '@spillway/contracts';
import { integralAt, priceCurve } from '@spillway/fleet';
import { demandInNodes, type NodeCapacity } from './demand.js';
import { learnLoadPerCredential } from './load-per-credential.js';
import { nextOverload } from './overload.js';
import { MAX_GAP_MS, nextIntegral } from './price.js';
import type { RegionContext } from './region-context.js';
import { VALID_FOR_SECONDS, type Price } from './spillover.js';
import { extendTrail } from './trend.js';

/** The largest ratio that is written down. */
const MAX_RATIO = 100;

/** What was known of the region before, besides its control state. */
export interface Beforehand {
  /** The link is up and the bus is not suspect. */
  readonly isInView: boolean;
  /** The last price announced, by whomever. */
  readonly said:
    { readonly event: Pick<Price, 'integralMs' | 'validForSeconds'>; readonly at: number } | undefined;
  /** Of the region's own nodes, else what it was, else the fleet's. */
  readonly nodeCapacity: NodeCapacity | null;
}

/**
 * The region's control state one step on: price, demand, overload, what was learned of credentials. While the
 * region is not in view nothing is concluded: the slow part of the price falls as it does on every router, so
 * that nothing jumps when it is seen again.
 */
export function observeRegion(
  control: RegionControl,
  context: RegionContext,
  beforehand: Beforehand,
): RegionControl {
  const { now, policy, generation, signals, origins, demand, issuance } = context;
  const { isInView, nodeCapacity } = beforehand;
  const isKnown = isInView && signals.isKnown;
  const isGap = now - control.atMs > MAX_GAP_MS;
  const dtMs = isGap ? 0 : Math.max(0, now - control.atMs);
  const ratio = isKnown && demand.ratio !== null ? Math.min(MAX_RATIO, demand.ratio) : null;
  const nodes = isKnown ? demandInNodes(demand, signals, nodeCapacity) : null;
  const memory = { overload: control.overload, highSinceMs: isGap ? null : control.highSinceMs };
  const { overload, highSinceMs } = nextOverload(memory, ratio, policy, now);
  const { credentials, counted, seconds } = issuance;
  // Every second, for every region: assigned to a copy it takes V8 a third of the time that a second spread does.
  return Object.assign({ ...control }, {
    overload,
    highSinceMs,
    atMs: now,
    generation,
    integralMs: integralOf(control, context, beforehand.said, isKnown && !isGap ? dtMs : undefined),
    demand: ratio,
    origins,
    trail: extendTrail(control.trail, nodes, now),
    nodeCapacity,
    loadPerCredential: isKnown
      ? learnLoadPerCredential(
          control.loadPerCredential,
          { credentials, counted, seconds, measured: signals.measured, capacity: signals.capacity },
          policy.reservation,
          dtMs,
        )
      : control.loadPerCredential,
    shortSinceMs: isGap ? null : control.shortSinceMs,
    spareSinceMs: isGap ? null : control.spareSinceMs,
  } satisfies Partial<RegionControl>);
}

/** @param dtMs since the last step; `undefined` after a time of which nothing is known. */
function integralOf(
  control: RegionControl,
  { signals: { utilization }, region, now, policy }: RegionContext,
  said: Beforehand['said'],
  dtMs: number | undefined,
): number {
  if (dtMs !== undefined && utilization !== null) {
    const curve = priceCurve(policy, region.holds);
    return nextIntegral(control.integralMs, utilization, dtMs, curve, policy.price.integralSeconds);
  }
  const last = said ?? {
    event: { integralMs: control.integralMs, validForSeconds: VALID_FOR_SECONDS },
    at: control.atMs,
  };
  return integralAt(last.event, last.at, now);
}
