import type { Heartbeat } from './heartbeat.js';

/** A node of `north` with its first heartbeat, unless told otherwise. */
export function aHeartbeat(overrides: Partial<Heartbeat> = {}): Heartbeat {
  return {
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
    commandId: null,
    ...overrides,
  };
}
