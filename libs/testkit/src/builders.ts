import {
  policyDocumentSchema,
  type Heartbeat,
  type LogEntry,
  type PolicyDocument,
} from '@spillway/contracts';

type Overrides = Partial<Omit<Heartbeat, 'load' | 'capacity' | 'software'>> & {
  load?: Partial<Heartbeat['load']>;
  capacity?: Partial<Heartbeat['capacity']>;
  software?: Partial<Heartbeat['software']>;
};

/** A healthy, lightly loaded node of us-east-1 unless told otherwise. */
export function aHeartbeat({ load, capacity, software, ...overrides }: Overrides = {}): Heartbeat {
  return {
    at: '2026-11-22T10:00:00.000Z',
    nodeId: 'n1',
    region: 'us-east-1',
    kind: 'turn',
    zone: null,
    instanceId: 'i-1',
    bootId: 'boot-1',
    seq: 1,
    intervalMs: 2000,
    state: 'serving',
    urls: ['turn:203.0.113.10:3478?transport=udp', 'turn:203.0.113.10:3478?transport=tcp'],
    secretEpoch: 1,
    commandId: null,
    ...overrides,
    software: { name: 'coturn', version: '4.17.1', ...software },
    capacity: { bandwidthBps: 1_000_000_000, allocations: 5000, ...capacity },
    load: { cpu: 0.1, egressBps: 100_000_000, ingressBps: 90_000_000, allocations: 300, ...load },
  };
}

/** Three regions as the default policy has them, strategy `nearest`. */
export function aPolicy(overrides: Record<string, unknown> = {}): PolicyDocument {
  return policyDocumentSchema.parse({
    revision: 'test',
    strategy: 'nearest',
    defaultRegion: 'us-east-1',
    regions: {
      'us-east-1': { latitude: 39.04, longitude: -77.49 },
      'eu-central-1': { latitude: 50.11, longitude: 8.68 },
      'ap-southeast-1': { latitude: 1.29, longitude: 103.85 },
    },
    ...overrides,
  });
}

/** Entries of a log that has just begun, numbered as they are asked for. */
export function aLog(): (event: LogEntry['event'], at: number) => LogEntry {
  let position = 0;
  return (event, at) => ({ position: ++position, at, event });
}
