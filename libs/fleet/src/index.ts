export { Fleet } from './fleet.js';
export type { FoldOutcome } from './fold-outcome.js';
export { MAX_NODES, MAX_NODES_OUTSIDE } from './population.js';
export {
  FORGET_AFTER_MS,
  SUSPECT_AFTER_INTERVALS,
  UNKNOWN_AFTER_INTERVALS,
  type Freshness,
} from './freshness.js';
export { hashText, mix32 } from './hash.js';
export { ROUTER_LIVE_MS } from './live-routers.js';
export {
  loadOf,
  MAX_NODE_UTILIZATION,
  reservationUnit,
  unitOfCredential,
  type NodeLoad,
  type ReservationUnit,
} from './load.js';
export { LogClock } from './log-clock.js';
export { isBelowFloor, utilizationOf, type Candidate, type FleetNode } from './node.js';
export { INTEGRAL_FADE_MS, integralAt, priceCurve, priceMs, spreadFactor, type PriceCurve } from './price.js';
export type { Slot } from './node-rows.js';
export type { Dated } from './region-events.js';
export type { FleetRegion, RegionTotals } from './region.js';
export { ALL_TRANSPORTS, transportSet, type TransportSet } from './transports.js';
export { TOLD_AFTER_MS } from './untold.js';
export { isBelowVersion } from './version.js';
