import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { extendTrail, SAMPLE_EVERY_MS, significantSlope, slopeOf, TRAIL_MS, type Trail } from './trend.js';

const trailOf = (values: readonly number[]): Trail =>
  values.map((nodes, i) => ({ atMs: i * SAMPLE_EVERY_MS, nodes }));
const slope = (values: readonly number[]) => slopeOf(trailOf(values));

describe('The trail of demand', () => {
  it('has a sample every ten seconds, and none of what is unknown', () => {
    let trail: Trail = [];
    for (let second = 0; second <= 30; second++) {
      trail = extendTrail(trail, second === 20 ? null : second, second * 1000);
    }
    expect(trail.map(({ nodes }) => nodes)).toEqual([0, 10, 21]);
  });

  it('is forgotten when demand has been unknown for too long', () => {
    const trail = trailOf([1, 2, 3]);
    expect(extendTrail(trail, null, 20_000 + TRAIL_MS)).toBe(trail);
    expect(extendTrail(trail, null, 20_001 + TRAIL_MS)).toEqual([]);
  });

  it('goes back two and a half minutes, so it never fills the store', () => {
    let trail: Trail = [];
    for (let second = 0; second <= 10_000; second++) trail = extendTrail(trail, 1, second * 1000);
    expect(trail.length).toBeLessThanOrEqual(TRAIL_MS / SAMPLE_EVERY_MS + 1);
  });
});

describe('The slope of demand', () => {
  it('is that of a straight line, in nodes per second', () => {
    expect(slope([1, 2, 3, 4, 5, 6])).toBeCloseTo(0.1, 9);
    expect(slope([6, 5, 4, 3, 2, 1])).toBeCloseTo(-0.1, 9);
  });

  it('is 0 from fewer than five samples', () => {
    expect(slope([1, 2, 3, 4])).toBe(0);
  });

  it('is not moved by an outlier, wherever it is', () => {
    fc.assert(
      fc.property(fc.nat(11), fc.double({ min: 0, max: 1000, noNaN: true }), (where, outlier) => {
        const values = Array.from({ length: 12 }, (_, i) => (i === where ? outlier : i));
        expect(Math.abs(slope(values) - 0.1)).toBeLessThan(0.04);
      }),
    );
  });

  it('counts only as far as chance does not explain it', () => {
    const significant = (slope: number, credentials: number | null) =>
      significantSlope(trailOf(Array(16).fill(10)), slope, 10, credentials, 600);
    expect(significant(0.001, 100)).toBe(0);
    expect(significant(0.1, 100)).toBeGreaterThan(0.08);
    expect(significant(0.1, 100)).toBeLessThan(0.1);
    expect(significant(0.1, null)).toBe(0.1);
    expect(significant(-0.1, null)).toBe(0);
  });

  it('counts less the shorter the trail', () => {
    const significant = (samples: number) =>
      significantSlope(trailOf(Array(samples).fill(10)), 0.1, 10, 100, 600);
    expect(significant(5)).toBeLessThan(significant(16));
    expect(significant(1)).toBe(0);
  });
});
