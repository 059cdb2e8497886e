import { policyDocumentSchema, type PolicyDocument } from '@spillway/contracts';
import { SESSION_BPS } from './simulated-node.harness.js';

/**
 * Sessions last this long on average here, where real ones have some ten minutes: a ramp that takes an hour takes
 * minutes.
 */
export const MEAN_SESSION_SECONDS = 50;
const REAL_SESSION_SECONDS = 640;

/** The interval of heartbeats, and of the faults that are measured in them, is as it is: a half of the usual 2 s. */
export const INTERVAL_MS = 1000;

/**
 * The default policy, for compressed time: everything that is measured in lives of sessions shrinks with them, as does
 * `integralSeconds`, 300 of real time. `rampSeconds` covers the time until a heartbeat shows a session, which shrinks
 * with the interval alone; at 10 s a quarter of all sessions would be counted twice.
 */
export function compressedPolicy(
  regions: Readonly<Record<string, object>>,
  sessionSeconds = MEAN_SESSION_SECONDS,
): PolicyDocument {
  return policyDocumentSchema.parse({
    revision: 'compressed',
    strategy: 'priced',
    regions,
    defaultRegion: Object.keys(regions)[0],
    overload: { dwellSeconds: 2 },
    price: { integralSeconds: Math.round((300 * sessionSeconds) / REAL_SESSION_SECONDS) },
    reservation: {
      rampSeconds: 1.5 * (INTERVAL_MS / 1000),
      sessionSeconds,
      bandwidthBps: SESSION_BPS,
      allocations: 1,
    },
  });
}
