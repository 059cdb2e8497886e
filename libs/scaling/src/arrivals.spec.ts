import { describe, expect, it } from '@jest/globals';
import type { DecisionRecord, LogEntry } from '@spillway/contracts';
import { Arrivals } from './arrivals.js';

const SESSION = 600;

const aDecision = (overrides: Partial<DecisionRecord> = {}): DecisionRecord => ({
  id: 'd',
  region: 'a',
  nodes: ['n1'],
  nearestRegion: 'a',
  reason: 'nearest',
  ageMs: 0,
  ...overrides,
});

const times = (count: number, decision: DecisionRecord) => Array.from({ length: count }, () => decision);

const aBatch = (second: number, decisions: DecisionRecord[] = []): LogEntry => ({
  position: second,
  at: second * 1000,
  event: {
    kind: 'issued',
    issued: { at: '2026-11-22T10:00:00Z', routerId: 'r', bootId: 'b', batch: second, decisions },
  },
});

/** A batch a second. */
function count(from: number, to: number, decisions: DecisionRecord[], arrivals = new Arrivals()): Arrivals {
  for (let second = from; second <= to; second++) arrivals.observe(aBatch(second, decisions), SESSION);
  return arrivals;
}

describe('Where a region’s clients belong', () => {
  const spilled = aDecision({ nearestRegion: 'b', reason: 'spillover' });

  it('is the nearest region they might use; the one that serves them if they asked for it or nobody knows', () => {
    const arrivals = count(1, 100 * SESSION, [
      ...times(4, aDecision()),
      ...times(3, spilled),
      aDecision({ nearestRegion: 'c', reason: 'fallback' }),
      aDecision({ nearestRegion: 'b', reason: 'preferred' }),
      aDecision({ nearestRegion: null, reason: 'fallback' }),
    ]);
    const { a, b, c, ...others } = arrivals.origins('a', SESSION);
    expect([a, b, c]).toEqual([expect.closeTo(0.6), expect.closeTo(0.3), expect.closeTo(0.1)]);
    expect(others).toEqual({});
  });

  it('is the default region when nobody knows where they are, wherever they are served', () => {
    const spilledBlindly = aDecision({ region: 'b', nearestRegion: null, reason: 'fallback' });
    const arrivals = new Arrivals();
    for (let second = 1; second <= 100 * SESSION; second++) {
      arrivals.observe(
        aBatch(second, [spilledBlindly, aDecision({ region: 'b', nearestRegion: 'b' })]),
        SESSION,
        'a',
      );
    }
    expect(arrivals.origins('b', SESSION)).toEqual({ a: expect.closeTo(0.5), b: expect.closeTo(0.5) });
  });

  it('is the region itself as long as nothing is known', () => {
    expect(new Arrivals().origins('a', SESSION)).toEqual({ a: 1 });
    expect(count(1, 600, []).origins('a', SESSION)).toEqual({ a: 1 });
  });

  it('is what was presumed of those whom nobody counted, and counted of the rest', () => {
    const arrivals = new Arrivals();
    arrivals.presume('a', { a: 0.5, c: 0.5 });
    expect(arrivals.origins('a', SESSION)).toEqual({ a: 0.5, c: 0.5 });
    count(1, 1 + SESSION, [spilled], arrivals);
    const { a, b, c } = arrivals.origins('a', SESSION);
    expect([a, b, c]).toEqual([
      expect.closeTo(0.5 / Math.E),
      expect.closeTo(1 - 1 / Math.E),
      expect.closeTo(0.5 / Math.E),
    ]);
  });

  it('fades with the mean session', () => {
    const arrivals = count(1, 10 * SESSION, [spilled]);
    count(10 * SESSION + 1, 11 * SESSION, [aDecision()], arrivals);
    expect(arrivals.origins('a', SESSION)['b']).toBeCloseTo(1 / Math.E, 2);
  });

  it('is after a time in which no router was heard what it was before it', () => {
    const arrivals = count(1, 10 * SESSION, [spilled]);
    count(20 * SESSION, 20 * SESSION + 5, [aDecision()], arrivals);
    expect(arrivals.origins('a', SESSION)['b']).toBeGreaterThan(0.98);
  });

  it('leaves out shares below a thousandth', () => {
    const arrivals = count(1, 20 * SESSION, [...times(20, aDecision())]);
    arrivals.observe(aBatch(20 * SESSION + 1, [spilled]), SESSION);
    expect(arrivals.origins('a', SESSION)).toEqual({ a: expect.closeTo(1, 3) });
  });
});

describe('Credentials issued within a mean session', () => {
  it.each([60, 300, 3000])('are the rate times the session, after %d s', (seconds) => {
    const arrivals = count(1, seconds, times(2, aDecision()));
    expect(arrivals.issuance('a', seconds * 1000, SESSION).credentials).toBeCloseTo(2 * SESSION, -2);
  });

  it('count each node a client was given', () => {
    const arrivals = count(1, 600, [aDecision({ nodes: ['n1', 'n2', 'n3'] })]);
    expect(arrivals.issuance('a', 600_000, SESSION).credentials).toBeCloseTo(3 * SESSION, -2);
  });

  it('are the same after a time in which no router was heard: that is no time without clients', () => {
    const arrivals = count(1, 1200, [aDecision()]);
    count(1800, 1860, [aDecision()], arrivals);
    expect(arrivals.issuance('a', 1_860_000, SESSION).credentials).toBeCloseTo(SESSION, -1);
  });

  it('do not count what was issued while nobody watched and is told of late', () => {
    const arrivals = count(1, 1200, [aDecision()]);
    arrivals.observe(aBatch(1800, times(600, aDecision({ ageMs: 300_000 }))), SESSION);
    count(1801, 1860, [aDecision()], arrivals);
    expect(arrivals.issuance('a', 1_860_000, SESSION).credentials).toBeCloseTo(SESSION, -1);
  });

  it('count what one router tells late while others were heard, by its age', () => {
    const arrivals = count(1, 1200, [aDecision()]);
    arrivals.observe(aBatch(1201, times(100, aDecision({ ageMs: 600_000 }))), SESSION);
    expect(arrivals.issuance('a', 1_201_000, SESSION).counted).toBeCloseTo(
      count(1, 1201, [aDecision()]).issuance('a', 1_201_000, SESSION).counted + 100 / Math.E,
      -1,
    );
  });

  it('rest on nothing at first', () => {
    expect(new Arrivals().issuance('a', 0, SESSION)).toEqual({ credentials: 0, counted: 0, seconds: 0 });
  });

  it('of a flood of made-up regions are counted for a bounded number of them', () => {
    const arrivals = new Arrivals();
    for (let i = 0; i < 1000; i++) arrivals.observe(aBatch(1, [aDecision({ region: `r${i}` })]), SESSION);
    const counts = Array.from({ length: 1000 }, (_, i) => arrivals.issuance(`r${i}`, 1000, SESSION).counted);
    expect(counts.filter((count) => count > 0)).toHaveLength(300);
  });
});
