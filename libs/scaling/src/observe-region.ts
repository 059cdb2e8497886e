import type { Origins, PolicyDocument, RegionControl } from '@spillway/contracts';
import { integralAt } from '@spillway/fleet';
import type { Issuance } from './arrivals.js';
import { demandInNodes, type Demand, type NodeCapacity } from './demand.js';
import { learnLoadPerCredential } from './load-per-credential.js';
import { nextOverload } from './overload.js';
import { MAX_GAP_MS, nextIntegral } from './price.js';
import type { RegionSignals } from './signals.js';
import { VALID_FOR_SECONDS, type Price } from './spillover.js';
import { extendTrail } from './trend.js';

/** The largest ratio that is written down. */
const MAX_RATIO = 100;

export interface Observation {
  readonly now: number;
  readonly generation: number;
  /** The link is up and the bus is not suspect. */
  readonly isInView: boolean;
  readonly signals: RegionSignals;
  readonly demand: Demand;
  readonly origins: Origins;
  readonly issuance: Issuance;
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
  observation: Observation,
  policy: PolicyDocument,
): RegionControl {
  const { now, signals, isInView, origins, demand, issuance, nodeCapacity } = observation;
  const isKnown = isInView && signals.isKnown;
  const isGap = now - control.atMs > MAX_GAP_MS;
  const dtMs = isGap ? 0 : Math.max(0, now - control.atMs);
  const ratio = isKnown && demand.ratio !== null ? Math.min(MAX_RATIO, demand.ratio) : null;
  const nodes = isKnown ? demandInNodes(demand, signals, nodeCapacity) : null;
  const memory = { overload: control.overload, highSinceMs: isGap ? null : control.highSinceMs };
  return {
    ...control,
    ...nextOverload(memory, ratio, policy, now),
    atMs: now,
    generation: observation.generation,
    integralMs: integralOf(control, observation, isKnown && !isGap, dtMs, policy),
    demand: ratio,
    origins,
    trail: extendTrail(control.trail, nodes, now),
    nodeCapacity,
    loadPerCredential: isKnown
      ? learnLoadPerCredential(
          control.loadPerCredential,
          { ...issuance, measured: signals.measured, capacity: signals.capacity },
          policy.reservation,
          dtMs,
        )
      : control.loadPerCredential,
    shortSinceMs: isGap ? null : control.shortSinceMs,
    spareSinceMs: isGap ? null : control.spareSinceMs,
  };
}

function integralOf(
  control: RegionControl,
  { signals: { utilization }, said, now }: Observation,
  isContinuous: boolean,
  dtMs: number,
  policy: PolicyDocument,
): number {
  if (isContinuous && utilization !== null) {
    return nextIntegral(control.integralMs, utilization, dtMs, policy.price);
  }
  const last = said ?? {
    event: { integralMs: control.integralMs, validForSeconds: VALID_FOR_SECONDS },
    at: control.atMs,
  };
  return integralAt(last.event, last.at, now);
}
