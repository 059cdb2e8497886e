import type { Scenario } from '../engine/scenario.js';
import { BUSY_HOURS, faultTime, MINUTE_MS } from './windows.js';

const REGION = 'eu-central-1';

export const cutOff: Scenario = {
  name: 'cut-off',
  title: "half of the routers do not hear one region's heartbeats for half an hour",
  window: BUSY_HOURS,
  script: (stage) => {
    const from = faultTime(stage);
    const to = from + 30 * MINUTE_MS;
    return {
      hears: (router, { at, event }) =>
        router >= stage.routers / 2 ||
        at < from ||
        at >= to ||
        event.kind !== 'heartbeat' ||
        event.heartbeat.region !== REGION,
    };
  },
};
