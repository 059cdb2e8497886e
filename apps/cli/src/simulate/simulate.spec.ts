import { describe, expect, it } from '@jest/globals';
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
  const run = (options: Partial<RunOptions> = {}) => simulate(world, calm, { ...SHORT, ...options }).metrics;

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
});
