import { beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_RUN, simulate, type RunOptions } from '../simulate.js';
import { loadCells } from '../world/cells.js';
import { buildWorld, DAY_START, type World } from '../world/world.js';
import { SCENARIOS } from './index.js';

/** A world of few calls, for a few minutes. */
const SMALL: RunOptions = {
  ...DEFAULT_RUN,
  hours: 0.04,
  startHour: 12,
  arrivalsPerDay: 60_000,
  heartbeatSeconds: 15,
};

describe('scenarios', () => {
  let world: World;
  beforeAll(async () => {
    world = buildWorld(await loadCells(DAY_START));
  }, 60_000);

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s plays, and the world goes on',
    (name, scenario) => {
      const { metrics, engine } = simulate(world, scenario, SMALL);
      const { decisions, refusedWithRoom } = metrics.placements.report();
      expect(decisions).toBeGreaterThan(100);
      expect(refusedWithRoom).toBe(0);
      expect(engine.cutCalls > 0).toBe(name === 'region-loss' || name === 'nodes-lost');
    },
    120_000,
  );
});
