import type { Scenario } from '../engine/scenario.js';
import { BUSY_HOURS, faultTime, MINUTE_MS } from './windows.js';

export const lateHeartbeats: Scenario = {
  name: 'late-heartbeats',
  title: 'every heartbeat comes ten seconds late for half an hour',
  window: BUSY_HOURS,
  script: (stage) => {
    const from = faultTime(stage);
    const to = from + 30 * MINUTE_MS;
    return {
      reporterFault: (_node, _region, at) => (from <= at && at < to ? { lateMs: 10_000 } : undefined),
    };
  },
};
