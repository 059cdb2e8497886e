import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addBeat, beatBetween } from './beat.js';
import { heartbeatSchema, type Heartbeat } from './heartbeat.js';
import { aHeartbeat } from './heartbeat.harness.js';

const before = aHeartbeat({ commandId: 'drain-1' });

describe('the beat between two heartbeats', () => {
  const after = {
    ...before,
    at: '2026-11-22T10:00:02.000Z',
    seq: 2,
    load: { ...before.load, cpu: null },
  };

  it('is what nearly always differs, and makes the one into the other', () => {
    const beat = beatBetween(before, after);
    expect(beat).toEqual({ at: after.at, seq: 2, load: after.load });
    expect(addBeat(before, structuredClone(beat))).toStrictEqual(after);
    expect(before.seq).toBe(1);
  });

  it('makes of any two heartbeats that differ in it alone the one into the other', () => {
    const other: Partial<Heartbeat> = { kind: 'sfu', zone: 'a', state: 'draining', isSynthetic: true };
    const some = fc.subarray(Object.entries(other)).map((members) => Object.fromEntries(members));
    const load = fc.record({
      cpu: fc.constantFrom(null, 0, 0.5, 1),
      egressBps: fc.option(fc.nat()),
      ingressBps: fc.option(fc.nat()),
      allocations: fc.option(fc.nat(10_000)),
    });
    fc.assert(
      fc.property(some, load, fc.nat(), (members, load, seq) => {
        const from = heartbeatSchema.parse({ ...before, ...members });
        const expected = heartbeatSchema.parse({ ...from, seq, load });
        const beat = beatBetween(from, expected);
        expect(beat).toBeDefined();
        expect(addBeat(from, structuredClone(beat))).toStrictEqual(expected);
      }),
    );
  });

  it.each<[string, Partial<Heartbeat>]>([
    ['another state', { state: 'draining' }],
    ['another address', { urls: ['turn:203.0.113.11:3478'] }],
    ['another capacity', { capacity: { bandwidthBps: 1e9, allocations: null } }],
    ['another command', { commandId: null }],
    ['a member more', { isSynthetic: true }],
  ])('is not all of it with %s', (_what, change) => {
    expect(beatBetween(before, { ...after, ...change })).toBeUndefined();
    expect(beatBetween({ ...after, ...change }, before)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['a value that is not valid', { at: after.at, seq: -1, load: after.load }],
    ['a part of the load', { at: after.at, seq: 2, load: { cpu: 1 } }],
    ['a time that is none', { at: 'now', seq: 2, load: after.load }],
  ])('is refused when it is %s', (_what, beat) => {
    expect(addBeat(before, beat)).toBeUndefined();
  });
});
