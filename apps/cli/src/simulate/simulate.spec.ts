import { describe, expect, it } from '@jest/globals';
import { missesOf } from './report/targets.js';
import { Runner } from './runner.js';
import { calm } from './scenarios/calm.js';
import { DEFAULT_RUN, simulate, type RunOptions } from './simulate.js';
import { smallWorld } from './world/small-world.harness.js';

const SHORT: RunOptions = {
  ...DEFAULT_RUN,
  hours: 0.05,
  startHour: 12,
  arrivalsPerDay: 1_000_000,
  routers: 2,
};

describe('a run', () => {
  const world = smallWorld();
  const scenario = { ...calm, fleet: () => [18, 10, 20] };
  const run = (options: Partial<RunOptions> = {}) =>
    simulate(world, scenario, { ...SHORT, ...options }).metrics;

  it('makes the same decisions for the same seed, and others for another', () => {
    const [first, again, other] = [run(), run(), run({ seed: 2 })];
    expect(again.hash.report()).toBe(first.hash.report());
    expect(other.hash.report()).not.toBe(first.hash.report());
    expect(first.placements.report().decisions).toBeGreaterThan(300);
  });

  it('sends everybody home while there is room', () => {
    const { placements, load, flaps } = run({ fleet: 'loose', strategy: 'nearest', arrivalsPerDay: 100_000 });
    expect(placements.report()).toMatchObject({ meanExtraMs: 0, spilledPercent: 0, refused: 0, dead: 0 });
    expect(load.report().overloadedPercent).toBe(0);
    expect(flaps.report()).toEqual([0, 0, 0]);
  });

  it('meets every target where the middle is too small for its own clients', async () => {
    const runner = new Runner(world, true, () => undefined);
    const { report } = await runner.run(scenario, { ...SHORT, hours: 0.25 });
    expect(report.spilledPercent).toBeGreaterThan(1);
    expect(missesOf([report])).toEqual([]);
  }, 60_000);
});
