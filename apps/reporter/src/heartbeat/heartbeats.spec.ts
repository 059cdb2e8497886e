import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Heartbeat } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import * as fc from 'fast-check';
import { Heartbeats, nextDue } from './heartbeats.js';
import type { Observation } from './observation.js';

const serving: Observation = {
  state: 'serving',
  load: { cpu: 0.1, egressBps: null, ingressBps: null, allocations: 10 },
  software: undefined,
  commandId: null,
};
const identity = {
  nodeId: 'a1',
  region: 'eu',
  kind: 'turn',
  zone: null,
  instanceId: 'i-1',
  bootId: 'b-1',
  intervalMs: 2000,
  urls: ['turn:203.0.113.10'],
  capacity: { bandwidthBps: null, allocations: 100 },
  secretEpoch: 1,
  softwareName: undefined,
} as const;

async function startHeartbeats() {
  const bus = new MemoryBus();
  await bus.provision();
  const heard: Heartbeat[] = [];
  await bus.follow({
    onEntry: ({ event }) => void (event.kind === 'heartbeat' && heard.push(event.heartbeat)),
  });
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const node = { observed: serving, secretEpoch: 1 };
  let published = 0;
  const heartbeats = new Heartbeats({
    identity: { ...identity, urls: [...identity.urls] },
    secretEpoch: () => node.secretEpoch,
    bus,
    logger: { log, warn: log },
    observe: () => node.observed,
    onPublished: () => published++,
  });
  heartbeats.start();
  await pass(0);
  return { bus, heard, lines, node, heartbeats, published: () => published };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('Heartbeats', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('come at once and then every interval, numbered', async () => {
    const { heard } = await startHeartbeats();
    expect(heard.map((heartbeat) => heartbeat.seq)).toEqual([0]);
    await pass(6000);
    expect(heard.map((heartbeat) => heartbeat.seq)).toEqual([0, 1, 2, 3]);
  });

  it('say which secret is in force then', async () => {
    const { heard, node } = await startHeartbeats();
    node.secretEpoch = 2;
    await pass(2000);
    expect(heard.map(({ secretEpoch }) => secretEpoch)).toEqual([1, 2]);
  });

  it('come at once when the state changes, and an interval after that', async () => {
    const { heard, node, heartbeats } = await startHeartbeats();
    await pass(1500);
    node.observed = { ...serving, state: 'starting' };
    heartbeats.notice();
    await pass(0);
    expect(heard.map((heartbeat) => heartbeat.state)).toEqual(['serving', 'starting']);
    await pass(1999);
    expect(heard).toHaveLength(2);
    await pass(1);
    expect(heard).toHaveLength(3);
  });

  it('do not come early for what is no marked change', async () => {
    const { heard, node, heartbeats } = await startHeartbeats();
    node.observed = { ...serving, load: { ...serving.load, allocations: 19 } };
    heartbeats.notice();
    await pass(0);
    expect(heard).toHaveLength(1);
    node.observed = { ...serving, load: { ...serving.load, allocations: 20 } };
    heartbeats.notice();
    await pass(0);
    expect(heard).toHaveLength(2);
  });

  it('are not counted while the link is down, and come at once when it is up again', async () => {
    const { bus, heard, published } = await startHeartbeats();
    bus.dropLink();
    await pass(5000);
    expect(published()).toBe(1);
    bus.restoreLink();
    await pass(0);
    expect(published()).toBe(2);
    expect(heard.map((heartbeat) => heartbeat.seq)).toEqual([0, 3]);
  });

  it('end with the one that says stopped', async () => {
    const { heard, node, heartbeats } = await startHeartbeats();
    node.observed = { ...serving, state: 'stopped' };
    heartbeats.stop();
    heartbeats.notice();
    await pass(10_000);
    expect(heard.map((heartbeat) => heartbeat.state)).toEqual(['serving', 'stopped']);
  });

  it('carry no value out of range and complain of it once', async () => {
    const { heard, lines, node } = await startHeartbeats();
    node.observed = { ...serving, load: { ...serving.load, cpu: 7 } };
    await pass(2000);
    node.observed = { ...serving, load: { ...serving.load, cpu: 8 } };
    await pass(2000);
    expect(heard.map((heartbeat) => heartbeat.load.cpu)).toEqual([0.1, null, null]);
    expect(lines).toEqual(['Not published, out of range: cpu = 7. It counts as unknown.']);
  });
});

describe('nextDue', () => {
  it('keeps the beat and makes up for nothing', () => {
    expect(nextDue(1000, 1003, 100)).toBe(1100);
    expect(nextDue(1000, 1250, 100)).toBe(1300);
  });

  it('is on the beat, in the future, and at most an interval away, however late it is', () => {
    const ms = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: 100, max: 60_000 }), (dueAt, late, intervalMs) => {
        const next = nextDue(dueAt, dueAt + late, intervalMs);
        expect((next - dueAt) % intervalMs).toBe(0);
        expect(next).toBeGreaterThan(dueAt + late);
        expect(next).toBeLessThanOrEqual(dueAt + late + intervalMs);
      }),
    );
  });
});
