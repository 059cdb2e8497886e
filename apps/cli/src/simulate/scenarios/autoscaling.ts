import type { Scenario } from '../engine/scenario.js';
import { NODE_KBPS } from '../world/fleet-plan.js';
import { WHOLE_DAY } from './windows.js';

/** Utilization that the first nodes are counted for. */
const FIRST = 0.7;
const MIN_NODES = 2;

export const autoscaling: Scenario = {
  name: 'autoscaling',
  title: 'regions grow and shrink with the day',
  window: WHOLE_DAY,
  isAutoscaled: true,
  fleet: (_planned, _world, homeKbps) =>
    homeKbps.map((kbps) => Math.max(MIN_NODES, Math.ceil(kbps / (FIRST * NODE_KBPS)))),
  script: () => ({}),
};
