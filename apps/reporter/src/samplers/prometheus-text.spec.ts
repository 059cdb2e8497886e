import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sumFamily } from './prometheus-text.js';

const NAMES = ['turn_total_allocations', 'turn_allocations_active'];

describe('sumFamily', () => {
  it('sums a family over its labels', () => {
    const text = [
      '# HELP turn_total_allocations Represents current allocations number',
      '# TYPE turn_total_allocations gauge',
      'turn_total_allocations{type="UDP"} 3',
      'turn_total_allocations{type="TCP"} 4.0e+00',
      '# TYPE turn_total_traffic_sentb counter',
      'turn_total_traffic_sentb 123456',
      '',
    ].join('\n');
    expect(sumFamily(text, NAMES)).toBe(7);
  });

  it('is 0 for a family that is announced and has no sample yet', () => {
    expect(sumFamily('# HELP turn_total_allocations x\n# TYPE turn_total_allocations gauge\n', NAMES)).toBe(
      0,
    );
  });

  it('is unknown when no such family is there', () => {
    expect(
      sumFamily('# TYPE turn_total_traffic_sentb counter\nturn_total_traffic_sentb 1\n', NAMES),
    ).toBeNull();
    expect(sumFamily('<html>login</html>\n', NAMES)).toBeNull();
  });

  it('takes the first of the names that is there', () => {
    expect(sumFamily('turn_allocations_active 5\n', NAMES)).toBe(5);
    expect(sumFamily('turn_allocations_active 5\nturn_total_allocations 6\n', NAMES)).toBe(6);
  });

  it('is unknown when a sample is no number', () => {
    expect(sumFamily('turn_total_allocations{type="UDP"} NaN\nturn_total_allocations 1\n', NAMES)).toBeNull();
    expect(sumFamily('turn_total_allocations{type="UDP} 1\n', NAMES)).toBeNull();
  });

  it('refuses a text that is cut short wherever it is cut within a line', () => {
    const text = 'turn_total_allocations{type="UDP"} 31\n';
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(() => sumFamily(text.slice(0, length), NAMES)).toThrow('cut short');
      }),
    );
  });

  it('sums what it is given in any number of labels', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10_000 }), { minLength: 1 }), (values) => {
        const lines = values.map((value, index) => `turn_total_allocations{type="${index}"} ${value}\n`);
        const expected = values.reduce((sum, value) => sum + value, 0);
        expect(sumFamily(`# TYPE turn_total_allocations gauge\n${lines.join('')}`, NAMES)).toBe(expected);
      }),
    );
  });
});
