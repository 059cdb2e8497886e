import { regionOf, type Scenario } from '../engine/scenario.js';
import { BUSY_HOURS } from './windows.js';

const REGION = 'eu-central-1';
const NOTHING = { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 };

export const liar: Scenario = {
  name: 'liar',
  title: 'a node reports no load whatever it carries',
  window: BUSY_HOURS,
  script: ({ world, nodes }) => {
    const liesIn = regionOf(world, REGION);
    // Nodes are numbered region by region.
    const lying = nodes.slice(0, liesIn).reduce((sum, count) => sum + count, 0);
    return { reporterFault: (node) => (node === lying ? { claim: () => NOTHING } : undefined) };
  },
};
