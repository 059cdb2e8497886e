import { describe, expect, it } from '@jest/globals';
import { parseEvent, subjectOf } from '@spillway/contracts';
import * as fc from 'fast-check';
import { buildHeartbeat, type Identity } from './build-heartbeat.js';

const identity: Identity = {
  nodeId: 'a1',
  region: 'eu',
  kind: 'turn',
  zone: null,
  instanceId: 'i-1',
  bootId: 'b-1',
  intervalMs: 2000,
  urls: ['turn:203.0.113.10:3478?transport=udp'],
  capacity: { bandwidthBps: null, allocations: 100 },
  secretEpoch: 1,
  softwareName: undefined,
};
const turn = { at: new Date('2026-11-22T10:00:00Z'), seq: 7 };
const idle = { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 };
const coturn = { name: 'coturn', version: '4.6.1' };

describe('buildHeartbeat', () => {
  it('says who the node is, how it is and when', () => {
    const { heartbeat } = buildHeartbeat(
      identity,
      { state: 'serving', load: idle, software: coturn, commandId: 'c-1' },
      turn,
    );
    const { softwareName: _, ...node } = identity;
    expect(heartbeat).toEqual({
      ...node,
      at: '2026-11-22T10:00:00.000Z',
      seq: 7,
      state: 'serving',
      software: coturn,
      load: idle,
      commandId: 'c-1',
    });
  });

  it('believes the operator about the name of the software and the server about its version', () => {
    const named = { ...identity, softwareName: 'my-coturn' };
    const observation = { state: 'serving', load: idle, software: coturn, commandId: null } as const;
    expect(buildHeartbeat(named, observation, turn).heartbeat.software).toEqual({
      name: 'my-coturn',
      version: '4.6.1',
    });
    expect(
      buildHeartbeat(identity, { ...observation, software: undefined }, turn).heartbeat.software,
    ).toEqual({ name: 'unknown', version: null });
  });

  it('makes a value out of range unknown and names it', () => {
    const load = { cpu: 1.5, egressBps: -1, ingressBps: 5, allocations: 2.5 };
    const built = buildHeartbeat(
      identity,
      { state: 'serving', load, software: undefined, commandId: null },
      turn,
    );
    expect(built.heartbeat.load).toEqual({ cpu: null, egressBps: null, ingressBps: 5, allocations: null });
    expect(built.refused).toEqual(['cpu = 1.5', 'egressBps = -1', 'allocations = 2.5']);
  });

  it('is accepted by every reader of the log, whatever was measured', () => {
    const value = fc.option(fc.oneof(fc.double(), fc.integer(), fc.double({ min: 0, max: 1 })));
    const observation = fc.record({
      state: fc.constantFrom('starting' as const, 'serving' as const, 'stopped' as const),
      load: fc.record({ cpu: value, egressBps: value, ingressBps: value, allocations: value }),
      commandId: fc.constant(null),
      software: fc.option(
        fc.record({ name: fc.string(), version: fc.option(fc.string({ maxLength: 80 })) }),
        {
          nil: undefined,
        },
      ),
    });
    fc.assert(
      fc.property(observation, (observed) => {
        const { heartbeat, refused } = buildHeartbeat(identity, observed, turn);
        const json = JSON.stringify(heartbeat);
        expect(parseEvent(subjectOf.heartbeat('eu', 'a1'), new TextEncoder().encode(json))).toEqual({
          ok: true,
          event: { kind: 'heartbeat', heartbeat: JSON.parse(json) },
        });
        const known = (load: object) => Object.values(load).filter((part) => part !== null).length;
        expect(known(heartbeat.load) + refused.length).toBe(known(observed.load));
      }),
    );
  });
});
