import { describe, expect, it } from '@jest/globals';
import { isPriceDue, type Price } from './spillover.js';

const aPrice = (overrides: Partial<Price> = {}): Price => ({
  priceMs: 20,
  integralMs: 10,
  utilization: 0.75,
  demand: 0.8,
  loadPerCredential: { bandwidthBps: 100_000, allocations: 0.1 },
  origins: {},
  target: 0.79,
  generation: 3,
  validForSeconds: 60,
  ...overrides,
});

describe('A price is announced', () => {
  it.each<[string, Partial<Price>, number, boolean]>([
    ['not while nothing moved', {}, 9_999, false],
    ['at least every ten seconds', {}, 10_000, true],
    ['when the slow part moved by 0.5 ms', { integralMs: 10.5 }, 1_000, true],
    ['not when it moved by less', { integralMs: 10.49 }, 1_000, false],
    ['when utilization moved by 0.005', { utilization: 0.7449 }, 1_000, true],
    ['when demand moved by 0.005', { demand: 0.8051 }, 1_000, true],
    ['when demand is no longer known', { demand: null }, 1_000, true],
    [
      'when the load per credential moved by more than 10 %',
      { loadPerCredential: { bandwidthBps: 111_000, allocations: 0.1 } },
      1_000,
      true,
    ],
    ['when the target is another', { target: 0.7 }, 1_000, true],
    ['not more than once a second, however it moves', { integralMs: 400 }, 999, false],
    ['at once under a new generation', { generation: 4 }, 0, true],
  ])('%s', (_, moved, ageMs, isDue) => {
    expect(isPriceDue({ event: aPrice(), at: 50_000 }, aPrice(moved), 50_000 + ageMs)).toBe(isDue);
  });

  it('at once when there is none yet', () => {
    expect(isPriceDue(undefined, aPrice(), 0)).toBe(true);
  });
});
