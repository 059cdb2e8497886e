import { describe, expect, it } from '@jest/globals';
import { meanLengthMs, survival } from '../world/sessions.js';
import { loadWeights } from './weights.js';

const MINUTE_MS = 60_000;

describe('the load of calls in the buckets after theirs', () => {
  it('adds up to the mean length of a call', () => {
    for (const minutes of [5, 15, 20]) {
      const weights = loadWeights(minutes * MINUTE_MS, survival);
      const total = weights.reduce((sum, weight) => sum + weight, 0) * minutes * MINUTE_MS;
      expect(Math.abs(total / meanLengthMs() - 1)).toBeLessThan(0.01);
    }
  });

  it('is half in the bucket of arrival for calls that never end', () => {
    const [own, next] = loadWeights(MINUTE_MS, () => 1);
    expect(own).toBeCloseTo(0.5, 2);
    expect(next).toBeCloseTo(1, 2);
  });
});
