import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { NO_JSON, parseLines } from './parse-lines.js';

const oneByOne = (lines: readonly string[]) =>
  lines.map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return NO_JSON;
    }
  });

describe('lines of JSON', () => {
  it('have the values that each has by itself, whichever of them are cut or empty', () => {
    const whole = fc.jsonValue().map((value) => JSON.stringify(value));
    const cut = fc.tuple(whole, fc.nat()).map(([line, end]) => line.slice(0, end % (line.length + 1)));
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: whole }, cut)), (lines) => {
        expect(parseLines(lines)).toEqual(oneByOne(lines));
      }),
    );
  });

  it('are not taken for what they are together', () => {
    expect(parseLines(['[1', '2]'])).toEqual([NO_JSON, NO_JSON]);
    expect(parseLines(['1,2', '3'])).toEqual([NO_JSON, 3]);
    expect(parseLines([''])).toEqual([NO_JSON]);
  });
});
