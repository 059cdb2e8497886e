import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { INTEGRAL_FADE_MS, integralAt, priceMs } from './price.js';

const policy = aPolicy();

describe('The price', () => {
  it.each([
    { utilization: 0, integralMs: 0, price: 0 },
    { utilization: 0.79, integralMs: 0, price: 0 },
    { utilization: 0.8, integralMs: 0, price: 15 },
    { utilization: 0.8, integralMs: 100, price: 115 },
    { utilization: 0.79, integralMs: 100, price: 100 },
    { utilization: 0.75, integralMs: 100, price: 40 },
    { utilization: 0.7, integralMs: 100, price: 0 },
    { utilization: 0.81, integralMs: 0, price: 30 + 200 },
    { utilization: 0.9, integralMs: 50, price: 165 + 50 + 2000 },
    { utilization: 1.3, integralMs: 400, price: 765 + 400 + 10_000 },
  ])(
    'is $price ms at $utilization with $integralMs ms of slow part',
    ({ utilization, integralMs, price }) => {
      expect(priceMs(utilization, integralMs, policy)).toBeCloseTo(price, 6);
    },
  );

  it('follows the policy: target, gain, wall and threshold', () => {
    const steep = aPolicy({ threshold: 0.9, price: { target: 0.5, gainMs: 100, wallMs: 1000 } });
    expect(priceMs(0.6, 0, steep)).toBeCloseTo(10, 6);
    expect(priceMs(1, 0, steep)).toBeCloseTo(50 + 100, 6);
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
