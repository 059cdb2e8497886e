import type { Scenario } from '../engine/scenario.js';
import { autoscaling } from './autoscaling.js';
import { calm } from './calm.js';
import { cutOff } from './cut-off.js';
import { flashCrowd } from './flash-crowd.js';
import { lateHeartbeats } from './late-heartbeats.js';
import { liar } from './liar.js';
import { nodesLost } from './nodes-lost.js';
import { regionLoss } from './region-loss.js';
import { routerRestart } from './router-restart.js';
import { smallRegion } from './small-region.js';

/** Everything that may happen. */
export const SCENARIOS: readonly Scenario[] = [
  calm,
  flashCrowd,
  regionLoss,
  nodesLost,
  lateHeartbeats,
  cutOff,
  routerRestart,
  liar,
  smallRegion,
  autoscaling,
];
