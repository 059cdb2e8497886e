export { Fleet, MAX_NODES, MAX_NODES_OUTSIDE, type FoldOutcome } from './fleet.js';
export {
  FORGET_AFTER_MS,
  SUSPECT_AFTER_INTERVALS,
  UNKNOWN_AFTER_INTERVALS,
  type Freshness,
} from './freshness.js';
export { LogClock } from './log-clock.js';
export { utilizationOf, type FleetNode } from './node.js';
export type { FleetRegion } from './region.js';
export { ALL_TRANSPORTS, transportSet, type TransportSet } from './transports.js';
export { isBelowVersion } from './version.js';
