import { describe, expect, it } from '@jest/globals';
import { FlapCounter, FlapMetrics, WINDOW_MS } from './flaps.js';
import { emptyObservation } from '../engine/observer.js';

function flapsOf(...shares: number[]): number {
  const counter = new FlapCounter();
  for (const share of shares) counter.add(share);
  return counter.count;
}

describe('flaps', () => {
  it('are moves of a spill share between below 25 % and above 75 %', () => {
    expect(flapsOf(0, 0.9)).toBe(1);
    expect(flapsOf(0, 0.9, 0)).toBe(2);
    expect(flapsOf(0, 0.5, 0.9, 0.5, 0.1)).toBe(2);
  });

  it('are none while the share stays between, or on one side', () => {
    expect(flapsOf(0.3, 0.7, 0.3, 0.7)).toBe(0);
    expect(flapsOf(0, 0.74, 0.1, 0.74)).toBe(0);
    expect(flapsOf(0.9, 1, 0.8)).toBe(0);
  });

  it('are counted by window of half a minute and region', () => {
    const flaps = new FlapMetrics(2);
    const decide = (window: number, home: number, region: number) => {
      for (let i = 0; i < 10; i++)
        flaps.decided({ ...emptyObservation(), at: window * WINDOW_MS + i, home, region });
    };
    for (const [window, region] of [0, 1, 0, 1, 0].entries()) decide(window, 0, region);
    for (const window of [5, 6]) decide(window, 1, 1);
    expect(flaps.report()).toEqual([4, 0]);
  });

  it('are not read from windows of a few calls', () => {
    const flaps = new FlapMetrics(1);
    for (let window = 0; window < 6; window++) {
      flaps.decided({ ...emptyObservation(), at: window * WINDOW_MS, home: 0, region: window % 2 });
    }
    expect(flaps.report()).toEqual([0]);
  });
});
