import type { Scenario } from '../engine/scenario.js';
import { BUSY_HOURS, faultTime, MINUTE_MS } from './windows.js';

export const routerRestart: Scenario = {
  name: 'router-restart',
  title: 'every router starts anew with an empty memory, one a minute',
  window: BUSY_HOURS,
  script: (stage) => {
    const from = faultTime(stage);
    return {
      acts: Array.from({ length: stage.routers }, (_, router) => ({
        at: from + router * MINUTE_MS,
        act: (world) => world.restartRouter(router),
      })),
    };
  },
};
