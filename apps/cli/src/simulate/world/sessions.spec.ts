import { describe, expect, it } from '@jest/globals';
import { randomFrom } from './random.js';
import { drawLengthMs, meanLengthMs, survival } from './sessions.js';

describe('the survival of calls', () => {
  it('is what drawn lengths show', () => {
    const random = randomFrom(1);
    const lengths = Array.from({ length: 20_000 }, () => drawLengthMs(random));
    for (const minutes of [1, 4, 20, 90, 239]) {
      const longer = lengths.filter((ms) => ms > minutes * 60_000).length / lengths.length;
      expect(Math.abs(longer - survival(minutes * 60_000))).toBeLessThan(0.02);
    }
    const mean = lengths.reduce((sum, ms) => sum + ms, 0) / lengths.length;
    expect(Math.abs(mean / meanLengthMs() - 1)).toBeLessThan(0.05);
  });

  it('begins at 1, halves at the median and ends at the cap', () => {
    expect(survival(0)).toBe(1);
    expect(survival(240_000)).toBeCloseTo(0.5, 6);
    expect(survival(4 * 3_600_000)).toBe(0);
  });
});
