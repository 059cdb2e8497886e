import { regionOf, type Scenario } from '../engine/scenario.js';
import { BUSY_HOURS, faultTime, MINUTE_MS } from './windows.js';

const REGION = 'ca-central-1';
const NODES = 2;

export const smallRegion: Scenario = {
  name: 'small-region',
  title: 'six times the calls around a region of two nodes for an hour',
  window: BUSY_HOURS,
  fleet: (nodes, world) => nodes.map((count, region) => (region === regionOf(world, REGION) ? NODES : count)),
  script: (stage) => {
    const { world } = stage;
    const region = regionOf(world, REGION);
    const from = faultTime(stage);
    const isConcerned = (_: unknown, cell: number) => world.home[cell] === region;
    return { surges: [{ from, to: from + 60 * MINUTE_MS, factor: 6, isConcerned }] };
  },
};
