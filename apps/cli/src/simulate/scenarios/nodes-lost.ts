import type { Scenario } from '../engine/scenario.js';
import { randomFrom } from '../world/random.js';
import { BUSY_HOURS, faultTime } from './windows.js';

const SHARE = 0.1;
const RETURN_MS = 5_000;

export const nodesLost: Scenario = {
  name: 'nodes-lost',
  title: 'a tenth of all nodes is gone at once',
  window: BUSY_HOURS,
  script: (stage) => {
    const random = randomFrom(stage.seed, 0x105);
    const regions = [...stage.world.regions.keys()];
    return {
      acts: [
        {
          at: faultTime(stage),
          act: (world) => {
            const nodes = regions.flatMap((region) => world.nodesOf(region)).filter(() => random() < SHARE);
            world.kill(nodes, RETURN_MS);
          },
        },
      ],
    };
  },
};
