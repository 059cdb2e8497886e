import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MAX_GAP_MS, MAX_INTEGRAL_MS, nextIntegral } from './price.js';

const curve = { target: 0.79, gainMs: 1500, wallMs: 20_000, threshold: 0.8, freeUpTo: 0.71, spread: 0 };
const next = (integralMs: number, utilization: number, dtMs: number) =>
  nextIntegral(integralMs, utilization, dtMs, curve, 300);

describe('The slow part of the price', () => {
  it.each([
    ['rises by gain ÷ integralSeconds for a point above the target', 100, 0.8, 100.05],
    ['rises by the wall too above the threshold', 100, 0.804, 100.07 + 80 / 300],
    [
      'rises no faster than 0.03 above the target and 0.005 above the threshold make it',
      100,
      2,
      100.15 + 100 / 300,
    ],
    ['falls below the target, the faster the more it is', 100, 0.78, 250 * Math.exp(-0.1 / 300) - 150],
    ['falls no faster than 0.1 below the target makes it', 100, 0, 250 * Math.exp(-1 / 300) - 150],
    ['stands still at the target', 100, 0.79, 100],
    ['is never negative', 0.2, 0, 0],
    ['is at most 400 ms', 399.99, 1, 400],
  ])('%s', (_, before, utilization, after) => {
    expect(next(before, utilization, 1000)).toBeCloseTo(after, 9);
  });

  it('counts no more of the time since the last step than a gap may have', () => {
    const most = next(100, 1, MAX_GAP_MS);
    expect(next(100, 1, 3_600_000)).toBe(most);
    expect(next(100, 1, -5000)).toBe(100);
  });

  it('is the same however the time is cut into steps', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        (utilization, cuts) => {
          let cut = 200;
          for (let i = 0; i < cuts; i++) cut = next(cut, utilization, 5000 / cuts);
          expect(cut).toBeCloseTo(next(200, utilization, 5000), 6);
        },
      ),
    );
  });

  it('stays within its bounds, whatever the utilization', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (utilizations) => {
        let integral = 0;
        for (const utilization of utilizations) {
          integral = next(integral, utilization, 10_000);
          expect(integral).toBeGreaterThanOrEqual(0);
          expect(integral).toBeLessThanOrEqual(MAX_INTEGRAL_MS);
        }
      }),
    );
  });
});
