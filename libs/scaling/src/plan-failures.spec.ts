import { describe, expect, it } from '@jest/globals';
import { planBackOffUntil } from './plan-failures.js';
import { aToyPolicy, ToyWorld } from './toy-world.harness.js';

describe('The wait after plans that failed', () => {
  it.each([
    [0, 0],
    [1, 30_000],
    [2, 60_000],
    [5, 480_000],
    [6, 900_000],
    [5000, 900_000],
  ])('after %i in a row is %i ms', (failedPlans, wait) => {
    const until = planBackOffUntil({ failedPlans, lastPlanFailureAtMs: 1_000_000 });
    expect(until).toBe(wait === 0 ? 0 : 1_000_000 + wait);
  });
});

describe('A region whose plans fail', () => {
  const US = 'us-east-1';
  const EU = 'eu-central-1';

  it('leaves the others the changes that they need', () => {
    const world = new ToyWorld({
      policy: aToyPolicy(),
      nodes: { [US]: 9, [EU]: 4 },
      demand: (region, second) => (region === US ? 20 : second < 600 ? 2.5 : 10),
      refuses: (region) => region === US,
    });
    world.run(1200);
    expect(world.loop.control(US)?.changesAtMs).toEqual([]);
    expect(world.count(EU, 'serving')).toBeGreaterThanOrEqual(14);
  });

  it('in which nothing can be ended tries that ever less often, and grows all the same', () => {
    const world = new ToyWorld({
      policy: aToyPolicy(),
      nodes: { [US]: 9, [EU]: 4 },
      demand: (region, second) => (region === EU ? 2.5 : second < 3600 ? 5 : 9),
      refuses: (region, plan) => region === US && plan.terminate.length > 0,
    });
    world.run(3600);
    const endings = world.story().filter((step) => step.startsWith('x')).length;
    expect(endings).toBeGreaterThan(2);
    expect(endings).toBeLessThan(12);
    world.run(1800);
    expect(world.count(US, 'serving')).toBeGreaterThanOrEqual(12);
  });
});
