import { describe, expect, it } from '@jest/globals';
import { Doubt } from './doubt.js';

/** Asked every second, without an answer, from one time to another. @returns when it was to be left. */
function fail(doubt: Doubt, from: number, to: number): number[] {
  const left: number[] = [];
  for (let now = from; now <= to; now += 1_000) if (doubt.grows(now - 500, now)) left.push(now);
  return left;
}

describe('a server whose log does not answer', () => {
  it('is left after so long, counted from when it was asked first', () => {
    expect(fail(new Doubt(10_000), 0, 20_000)).toEqual([10_000]);
  });

  it('is not left when the log answers in between, or there is no server', () => {
    const doubt = new Doubt(10_000);
    expect(fail(doubt, 0, 9_000)).toEqual([]);
    doubt.answered(9_500);
    expect(fail(doubt, 10_000, 19_000)).toEqual([]);
    doubt.forget();
    expect(fail(doubt, 20_000, 29_000)).toEqual([]);
  });

  it('is left less and less often while that does not help', () => {
    const left = fail(new Doubt(10_000), 0, 3_600_000).map((at) => at / 1000);
    expect(left.slice(0, 6)).toEqual([10, 70, 190, 430, 910, 1_510]);
  });

  it('is left as soon as at first once all was well for long', () => {
    const doubt = new Doubt(10_000);
    expect(fail(doubt, 0, 200_000)).toEqual([10_000, 70_000, 190_000]);
    doubt.answered(300_000);
    expect(fail(doubt, 301_000, 320_000)).toEqual([]);
    doubt.answered(1_200_000);
    expect(fail(doubt, 1_300_000, 1_320_000)).toEqual([1_310_000]);
    expect(fail(doubt, 1_321_000, 1_371_000)).toEqual([1_370_000]);
  });
});
