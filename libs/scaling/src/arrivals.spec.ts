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
  it('is the nearest region they might use; the one that serves them if they asked for it or nobody knows', () => {
    const arrivals = count(1, 1, [
      ...times(4, aDecision()),
      ...times(3, aDecision({ nearestRegion: 'b', reason: 'spillover' })),
      aDecision({ nearestRegion: 'c', reason: 'fallback' }),
      aDecision({ nearestRegion: 'b', reason: 'preferred' }),
      aDecision({ nearestRegion: null, reason: 'fallback' }),
    ]);
    expect(arrivals.origins('a')).toEqual({ a: 0.6, b: 0.3, c: 0.1 });
    expect(arrivals.origins('b')).toEqual({});
  });

  it('fades with the mean session', () => {
    const arrivals = count(1, 10, [aDecision({ nearestRegion: 'b', reason: 'spillover' })]);
    count(11, 11 + SESSION, [aDecision()], arrivals);
    // 10 of long ago, each worth 1/e; about 600 · (1 − 1/e) of since.
    expect(arrivals.origins('a')['b']).toBeCloseTo(
      10 / Math.E / (10 / Math.E + SESSION * (1 - 1 / Math.E)),
      2,
    );
  });

  it('leaves out shares below a thousandth', () => {
    const arrivals = count(1, 1, [...times(2000, aDecision()), aDecision({ nearestRegion: 'b' })]);
    expect(arrivals.origins('a')).toEqual({ a: expect.closeTo(1, 3) });
  });

  it('is known at once to a successor', () => {
    const arrivals = new Arrivals();
    arrivals.inherit('a', { a: 0.75, b: 0.25 }, 1000, 5000, SESSION);
    expect(arrivals.origins('a')).toEqual({ a: 0.75, b: 0.25 });
  });
});

describe('Credentials issued within a mean session', () => {
  it.each([60, 300, 3000])('are the rate times the session, after %d s', (seconds) => {
    const arrivals = count(1, seconds, times(2, aDecision()));
    expect(arrivals.perSession('a', seconds * 1000, SESSION).credentials).toBeCloseTo(2 * SESSION, -2);
  });

  it('count each node a client was given', () => {
    const arrivals = count(1, 600, [aDecision({ nodes: ['n1', 'n2', 'n3'] })]);
    expect(arrivals.perSession('a', 600_000, SESSION).credentials).toBeCloseTo(3 * SESSION, -2);
  });

  it('are the same after a time in which no router was heard: that is no time without clients', () => {
    const arrivals = count(1, 1200, [aDecision()]);
    count(1800, 1860, [aDecision()], arrivals);
    expect(arrivals.perSession('a', 1_860_000, SESSION).credentials).toBeCloseTo(SESSION, -1);
  });

  it('do not count what was issued while nobody watched and is told of late', () => {
    const arrivals = count(1, 1200, [aDecision()]);
    arrivals.observe(aBatch(1800, times(600, aDecision({ ageMs: 300_000 }))), SESSION);
    count(1801, 1860, [aDecision()], arrivals);
    expect(arrivals.perSession('a', 1_860_000, SESSION).credentials).toBeCloseTo(SESSION, -1);
  });

  it('count what one router tells late while others were heard, by its age', () => {
    const arrivals = count(1, 1200, [aDecision()]);
    arrivals.observe(aBatch(1201, times(100, aDecision({ ageMs: 600_000 }))), SESSION);
    expect(arrivals.perSession('a', 1_201_000, SESSION).counted).toBeCloseTo(
      count(1, 1201, [aDecision()]).perSession('a', 1_201_000, SESSION).counted + 100 / Math.E,
      -1,
    );
  });

  it('rest on nothing at first, on a whole session with a successor', () => {
    const arrivals = new Arrivals();
    expect(arrivals.perSession('a', 0, SESSION)).toEqual({ credentials: 0, counted: 0, seconds: 0 });
    arrivals.inherit('a', { a: 1 }, 1000, 0, SESSION);
    expect(arrivals.perSession('a', 0, SESSION)).toEqual({
      credentials: 1000,
      counted: 1000,
      seconds: SESSION,
    });
  });

  it('of a flood of made-up regions are counted for a bounded number of them', () => {
    const arrivals = new Arrivals();
    for (let i = 0; i < 1000; i++) arrivals.observe(aBatch(1, [aDecision({ region: `r${i}` })]), SESSION);
    const counted = Array.from({ length: 1000 }, (_, i) => arrivals.origins(`r${i}`)).filter(
      (origins) => Object.keys(origins).length > 0,
    );
    expect(counted).toHaveLength(300);
  });
});
