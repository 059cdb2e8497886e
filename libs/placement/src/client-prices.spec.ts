import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { clientPrices } from './client-prices.js';
import { aWorld, eu, loaded, us } from './world.harness.js';

describe('What a place costs one client', () => {
  const standing = { priceMs: [20, 10, 0], spread: [0.5, 0, 0.5] };

  it('is what it costs everybody, but at a small home more for some and less for others', () => {
    const own = Array.from({ length: 1000 }, (_, seed) => Array.from(clientPrices(standing, 0, seed)));
    const atHome = own.map(([home]) => home ?? NaN);
    expect(Math.min(...atHome)).toBeCloseTo(10, 0);
    expect(atHome.reduce((sum, price) => sum + price, 0) / atHome.length).toBeCloseTo(20, 0);
    for (const [, ...others] of own) expect(others).toEqual([10, 0]);
    expect(clientPrices(standing, 0, 7)).toEqual(clientPrices(standing, 0, 7));
  });

  it('is the same for all at a large home, at one that is free, and without a home', () => {
    for (const home of [1, 2, -1]) expect(clientPrices(standing, home, 7)).toBe(standing.priceMs);
  });

  it('has a town leave a small region in part, and a large one as a whole', () => {
    const policy = aPolicy({ strategy: 'priced' });
    /** Of a region of one node at its target whose price is 90 ms, as far as the next one is for New York: who leaves. */
    const leave = (allocationsPerCredential: number) => {
      const world = aWorld([us('a', loaded(0.74)), eu('b', loaded(0.1))], policy, allocationsPerCredential);
      world.charge('us-east-1', 90);
      const regions = Array.from({ length: 400 }, () => world.placed().region);
      return regions.filter((region) => region === 'eu-central-1').length / 400;
    };
    expect(leave(5)).toBeGreaterThan(0.2);
    expect(leave(5)).toBeLessThan(0.8);
    expect([0, 1]).toContain(leave(0.1));
  });
});
