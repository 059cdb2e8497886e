import { regionOf, type Scenario } from '../engine/scenario.js';
import { BUSY_HOURS, faultTime } from './windows.js';

const REGION = 'eu-central-1';
/** A browser calls a connection disconnected after five seconds without an answer to its checks (RFC 7675). */
const RETURN_MS = 5_000;

export const regionLoss: Scenario = {
  name: 'region-loss',
  title: 'a region is gone, and all its calls come back at once',
  window: BUSY_HOURS,
  script: (stage) => {
    const region = regionOf(stage.world, REGION);
    return { acts: [{ at: faultTime(stage), act: (world) => world.kill(world.nodesOf(region), RETURN_MS) }] };
  },
};
