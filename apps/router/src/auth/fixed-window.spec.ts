import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FixedWindow } from './fixed-window.js';

/** One that has the same limit for all. */
function windowOf(limit: number, lengthMs: number) {
  const window = new FixedWindow(lengthMs);
  return { take: (key: string, nowMs: number) => window.take(key, limit, nowMs) };
}

describe('FixedWindow', () => {
  it('lets so many of a key pass in a window, then says how long to wait', () => {
    const window = windowOf(2, 1_000);
    expect([window.take('a', 0), window.take('a', 300), window.take('a', 400)]).toEqual([0, 0, 600]);
  });

  it('counts each key for itself', () => {
    const window = windowOf(1, 1_000);
    expect([window.take('a', 0), window.take('b', 0), window.take('a', 1), window.take('b', 2)]).toEqual([
      0, 0, 999, 998,
    ]);
  });

  it('has each key its own limit', () => {
    const window = new FixedWindow(1_000);
    const waits = ['a', 'b', 'a', 'b'].map((key) => window.take(key, key === 'a' ? 1 : 2, 0));
    expect(waits).toEqual([0, 0, 1_000, 0]);
  });

  it('begins anew when the window is over, not before', () => {
    const window = windowOf(1, 1_000);
    window.take('a', 5_000);
    expect([window.take('a', 5_999), window.take('a', 6_000), window.take('a', 6_001)]).toEqual([1, 0, 999]);
  });

  it('is not used up by asking again while there is no room', () => {
    const window = windowOf(1, 1_000);
    for (let at = 0; at < 1_000; at++) window.take('a', at);
    expect(window.take('a', 1_000)).toBe(0);
  });

  it('keeps a flood of keys within bounds: beyond 100,000 they share one count', () => {
    const window = windowOf(3, 1_000);
    for (let i = 0; i < 100_000; i++) window.take(`key-${i}`, 0);
    const late = Array.from({ length: 5 }, (_, i) => window.take(`late-${i}`, 0));
    expect(late).toEqual([0, 0, 0, 1_000, 1_000]);
    expect(window.take('key-7', 0)).toBe(0);
  });

  it('never lets more of a key pass in a window than its limit', () => {
    const asks = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 400 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), asks, (limit, steps) => {
        const window = windowOf(limit, 1_000);
        let now = 0;
        let endsAt = 0;
        let passed: Record<string, number> = {};
        for (const [key, step] of steps) {
          now += step;
          if (now >= endsAt) [endsAt, passed] = [now + 1_000, {}];
          const waitMs = window.take(key, now);
          if (waitMs === 0) passed[key] = (passed[key] ?? 0) + 1;
          else expect(now + waitMs).toBe(endsAt);
          expect(passed[key] ?? 0).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
