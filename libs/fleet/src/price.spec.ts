import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { mix32 } from './hash.js';
import { INTEGRAL_FADE_MS, integralAt, priceCurve, priceMs, spreadFactor } from './price.js';

const LARGE = 100_000;
const curve = priceCurve(aPolicy(), LARGE);

describe('The price', () => {
  it.each([
    { utilization: 0, integralMs: 0, price: 0 },
    { utilization: 0.7897, integralMs: 0, price: 0 },
    { utilization: 0.7997, integralMs: 0, price: 5 },
    { utilization: 0.7997, integralMs: 100, price: 105 },
    { utilization: 0.7897, integralMs: 100, price: 100 },
    { utilization: 0.7497, integralMs: 100, price: 80 },
    { utilization: 0.711, integralMs: 400, price: 400 - 39.35 },
    { utilization: 0.71, integralMs: 400, price: 0 },
    { utilization: 0.81, integralMs: 0, price: 10.15 + 200 },
    { utilization: 0.9, integralMs: 50, price: 55.15 + 50 + 2000 },
    { utilization: 1.3, integralMs: 400, price: 255.15 + 400 + 10_000 },
  ])(
    'is $price ms at $utilization with $integralMs ms of slow part',
    ({ utilization, integralMs, price }) => {
      expect(priceMs(utilization, integralMs, curve)).toBeCloseTo(price, 6);
    },
  );

  it('follows the policy: target, gain, wall and threshold', () => {
    const policy = aPolicy({ threshold: 0.9, price: { target: 0.5, gainMs: 100, wallMs: 1000 } });
    const steep = priceCurve(policy, Infinity);
    expect(priceMs(0.6, 0, steep)).toBeCloseTo(10, 6);
    expect(priceMs(1, 0, steep)).toBeCloseTo(50 + 100, 6);
  });

  it.each([
    [Infinity, { target: 0.79, gainMs: 500, wallMs: 20_000, freeUpTo: 0.71, spread: 0 }],
    [6_600, { target: 0.7855, gainMs: 500, wallMs: 20_000, freeUpTo: 0.7115, spread: 0 }],
    [3_300, { target: 0.7809, gainMs: 500, wallMs: 20_000, freeUpTo: 0.713, spread: 0 }],
    [660, { target: 0.7445, gainMs: 100, wallMs: 4_000, freeUpTo: 0.7252, spread: 0.8 }],
    [100, { target: 0.74, gainMs: 50, wallMs: 2_000, freeUpTo: 0.73, spread: 0.9 }],
  ])('of a region that holds %p credentials rises like this: %p', (holds, expected) => {
    const { threshold, ...curve } = priceCurve(aPolicy(), holds);
    expect(threshold).toBe(0.8);
    for (const [part, value] of Object.entries(expected))
      expect(curve).toHaveProperty(part, expect.closeTo(value, 4));
  });

  it('is asked of each client of its own as much more of some as less of others', () => {
    const factors = Array.from({ length: 10_000 }, (_, seed) => spreadFactor(0.6, mix32(seed)));
    expect(Math.min(...factors)).toBeCloseTo(0.4);
    expect(factors.reduce((sum, factor) => sum + factor, 0) / factors.length).toBeCloseTo(1, 1);
    expect(spreadFactor(0, 7)).toBe(1);
  });

  it('sends away a quarter at one price and three quarters at nearly five times as much, where all are alike', () => {
    const factors = Array.from({ length: 10_000 }, (_, seed) => spreadFactor(1, mix32(seed)));
    const leaving = (priceMs: number) => factors.filter((factor) => factor * priceMs > 10).length / 10_000;
    expect(leaving(10 / Math.log(4))).toBeCloseTo(0.25, 1);
    expect(leaving(10 / Math.log(4 / 3))).toBeCloseTo(0.75, 1);
  });
});

describe('The slow part of the price', () => {
  const spillover = { integralMs: 200, validForSeconds: 60 };
  const published = 1_795_000_000_000;

  it.each([
    { afterMs: -5_000, left: 200 },
    { afterMs: 0, left: 200 },
    { afterMs: 60_000, left: 200 },
    { afterMs: 60_000 + INTEGRAL_FADE_MS / 4, left: 150 },
    { afterMs: 60_000 + INTEGRAL_FADE_MS / 2, left: 100 },
    { afterMs: 60_000 + INTEGRAL_FADE_MS, left: 0 },
    { afterMs: 60_000 + 9 * INTEGRAL_FADE_MS, left: 0 },
  ])('is $left of 200 ms $afterMs ms after it was published for a minute', ({ afterMs, left }) => {
    expect(integralAt(spillover, published, published + afterMs)).toBeCloseTo(left, 6);
  });
});
