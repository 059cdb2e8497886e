import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { changeHeartbeat, heartbeatChanges } from './heartbeat-changes.js';
import { heartbeatSchema, type Heartbeat } from './heartbeat.js';

const before: Heartbeat = {
  at: '2026-11-22T10:00:00.000Z',
  nodeId: 'n1',
  region: 'north',
  kind: 'turn',
  zone: null,
  instanceId: 'i-1',
  bootId: 'b',
  seq: 1,
  intervalMs: 2000,
  state: 'serving',
  urls: ['turn:203.0.113.10:3478?transport=udp'],
  software: { name: 'coturn', version: null },
  capacity: { bandwidthBps: 1e9, allocations: 5000 },
  load: { cpu: 0.5, egressBps: null, ingressBps: 0, allocations: 12 },
  secretEpoch: 1,
  commandId: 'drain-1',
};

describe('the changes between two heartbeats', () => {
  it('are the members that differ, and make the one into the other', () => {
    const after = {
      ...before,
      seq: 2,
      load: { ...before.load, cpu: null },
      zone: 'a',
      isSynthetic: true as const,
    };
    const changes = heartbeatChanges(before, after);
    expect(changes).toEqual({ seq: 2, load: after.load, zone: 'a', isSynthetic: true });
    expect(changeHeartbeat(before, structuredClone(changes))).toEqual(after);
    expect(before.seq).toBe(1);
  });

  it('make of any heartbeat what the schema makes of both together', () => {
    const other: Required<Omit<Heartbeat, 'nodeId' | 'region'>> = {
      at: '2026-11-22T10:00:02.000Z',
      kind: 'sfu',
      zone: 'a',
      instanceId: 'i-2',
      bootId: 'c',
      seq: 0,
      intervalMs: 500,
      state: 'stopped',
      urls: ['turn:203.0.113.11:3478'],
      software: { name: 'eturnal', version: '1.12' },
      capacity: { bandwidthBps: null, allocations: null },
      load: { cpu: null, egressBps: 1, ingressBps: null, allocations: null },
      secretEpoch: 0,
      commandId: null,
      isSynthetic: true,
    };
    const some = fc.subarray(Object.entries(other)).map((members) => Object.fromEntries(members));
    fc.assert(
      fc.property(some, some, (first, changes) => {
        const from = heartbeatSchema.parse({ ...before, ...first });
        const expected = heartbeatSchema.parse({ ...from, ...changes });
        expect(changeHeartbeat(from, structuredClone(changes))).toStrictEqual(expected);
        const told = heartbeatChanges(from, expected);
        expect(changeHeartbeat(from, told)).toStrictEqual(expected);
      }),
    );
  });

  it('leave what they do not name as it was, defaults too', () => {
    expect(changeHeartbeat(before, {})).toEqual(before);
    expect(heartbeatChanges(before, structuredClone(before))).toEqual({});
  });

  it('cannot tell that a member has gone', () => {
    expect(heartbeatChanges({ ...before, isSynthetic: true }, before)).toBeUndefined();
  });

  it('may have members of a newer version, which are left out', () => {
    expect(changeHeartbeat(before, { seq: 3, colour: 'red' })).toEqual({ ...before, seq: 3 });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['no object', 'seq'],
    ['a list', []],
    ['a value that is not valid', { seq: -1 }],
    ['a part of a member', { load: { cpu: 1 } }],
    ['another node', { nodeId: 'n2' }],
    ['another region', { region: 'south' }],
  ])('are refused when they are %s', (_what, changes) => {
    expect(changeHeartbeat(before, changes)).toBeUndefined();
  });
});
