import { describe, expect, it } from '@jest/globals';
import { Column, MAX_POINTS, most, sum } from './column.js';
import { TimeAxis } from './time-axis.js';

const T0 = Date.parse('2026-11-22T10:00:00Z');

describe('a chart of a window whose end is not known', () => {
  it.each([1, 599, 600, 601, 1200, 1201, 86_400, 604_800])(
    'has at most 600 points for %i seconds, and everything is on one of them',
    (seconds) => {
      const counts = new Column(sum);
      const peaks = new Column(most);
      const axis = new TimeAxis(T0, () => {
        counts.halve();
        peaks.halve();
      });
      for (let second = 0; second < seconds; second++) {
        const point = axis.pointOf(T0 + second * 1000) ?? -1;
        counts.add(point, 1);
        peaks.add(point, second);
      }
      expect(axis.length).toBeLessThanOrEqual(MAX_POINTS);
      expect(axis.length).toBeGreaterThan(Math.min(seconds, MAX_POINTS) / 2);
      expect(axis.length).toBe(Math.ceil((seconds * 1000) / axis.stepMs));
      const all = Array.from({ length: axis.length }, (_, point) => counts.countAt(point));
      expect(all.reduce((a, b) => a + b)).toBe(seconds);
      expect(peaks.values[0]).toBe(Math.min(seconds, axis.stepMs / 1000) - 1);
      expect(peaks.values[axis.length - 1]).toBe(seconds - 1);
      expect(Number.isNaN(counts.values[axis.length] ?? Number.NaN)).toBe(true);
    },
  );

  it('takes what is told late to where it belongs, and nothing from before', () => {
    const axis = new TimeAxis(T0, () => {});
    expect([9_999, 3_000, 0].map((ms) => axis.pointOf(T0 + ms))).toEqual([9, 3, 0]);
    expect(axis.length).toBe(10);
    expect(axis.pointOf(T0 - 1)).toBeUndefined();
  });

  it('leaves holes where nothing was', () => {
    const column = new Column(sum);
    column.add(1, 5);
    column.add(4, 7);
    column.halve();
    expect(Array.from(column.values.subarray(0, 4))).toEqual([5, Number.NaN, 7, Number.NaN]);
  });
});
