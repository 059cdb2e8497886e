import { expect, it } from '@jest/globals';
import { emptyObservation } from '../engine/observer.js';
import { Relays } from '../engine/relays.js';
import { SteeringMetrics } from './steering-metrics.js';

/** Two regions of one node each. */
function relaysAt(...percents: number[]): Relays {
  const relays = new Relays(2);
  for (const [region, percent] of percents.entries()) {
    relays.change(relays.add(region, 0), percent * 5_000, 1, 0);
  }
  return relays;
}

it('Steering is as late as the longest time in which a region too full kept all of its clients', () => {
  const metrics = new SteeringMetrics(2);
  const decide = (at: number, home: number, region: number, relays: Relays) =>
    metrics.decided({ ...emptyObservation(), at, home, region }, relays);
  const full = relaysAt(85, 50);
  decide(0, 0, 0, relaysAt(79, 50));
  decide(10_000, 0, 0, full);
  decide(12_000, 0, 0, full);
  decide(60_000, 1, 1, full);
  expect(metrics.report()).toBe(2);
  decide(12_500, 0, 1, full);
  decide(20_000, 0, 0, full);
  decide(21_000, 0, 0, full);
  expect(metrics.report()).toBe(2);
  decide(23_000, 0, 0, full);
  expect(metrics.report()).toBe(3);
});
