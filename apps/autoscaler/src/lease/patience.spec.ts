import { describe, expect, it } from '@jest/globals';
import { Patience } from './patience.js';

/** Milliseconds it waits after each of these terms, which each end in a fault. */
function waits(termsMs: number[]): number[] {
  const patience = new Patience();
  let now = 0;
  return termsMs.map((termMs) => {
    patience.taken(now);
    now += termMs;
    patience.lost(now);
    const from = now;
    while (!patience.isOver(now)) now += 500;
    return now - from;
  });
}

describe('patience after terms that ended in a fault', () => {
  it('doubles up to half a minute', () => {
    expect(waits([10, 10, 10, 10, 10, 10, 10])).toEqual([1, 2, 4, 8, 16, 30, 30].map((s) => s * 1000));
  });
  it('begins anew after a term that went well for a while', () => {
    expect(waits([10, 10, 10, 60_000])).toEqual([1_000, 2_000, 4_000, 1_000]);
  });
  it('is there from the start', () => {
    expect(new Patience().isOver(0)).toBe(true);
  });
});
