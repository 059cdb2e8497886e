import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { issuedSchema, MAX_DECISIONS_PER_BATCH, type Issued } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { IssuedLog, type Decision } from './issued-log.js';

const decision = (n: number): Decision => ({
  id: `router-1-boot-${n}`,
  region: 'us-east-1',
  nodes: ['n1'],
  nearestRegion: null,
  reason: 'fallback',
});

/** Lets what was begun come to its end; no time passes. */
const settle = () => jest.advanceTimersByTimeAsync(0);
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

let bus: MemoryBus;
let lost: number;
let faults: string[];
let subject: IssuedLog;
let issuedCount: number;

beforeEach(async () => {
  jest.useFakeTimers();
  bus = new MemoryBus();
  await bus.provision();
  lost = 0;
  faults = [];
  issuedCount = 0;
  subject = new IssuedLog(bus, 'router-1', 'boot', {
    onLost: (decisions) => (lost += decisions),
    onFault: (error) => faults.push(String(error)),
  });
  subject.start();
});

afterEach(async () => {
  await bus.close();
  jest.useRealTimers();
});

function issue(count: number): void {
  for (let i = 0; i < count; i++) subject.add(decision(issuedCount++));
}

/** The batches on the log, each as its schema reads it. */
function batches(): Issued[] {
  const messages = bus.log.stream?.messages ?? [];
  return messages.map(({ subject: name, data }) => {
    expect(name).toBe('turn.v1.router.router-1.issued');
    return issuedSchema.parse(JSON.parse(new TextDecoder().decode(data)));
  });
}

const sizes = () => batches().map(({ decisions }) => decisions.length);
const ids = () => batches().flatMap(({ decisions }) => decisions.map(({ id }) => id));
const inOrder = (count: number) => Array.from({ length: count }, (_, i) => `router-1-boot-${i}`);

describe('IssuedLog', () => {
  it('has every decision on the log within a quarter of a second', async () => {
    issue(3);
    await pass(249);
    expect(sizes()).toEqual([]);
    await pass(1);
    expect(batches()).toMatchObject([{ routerId: 'router-1', bootId: 'boot', batch: 0 }]);
    expect(ids()).toEqual(inOrder(3));
  });

  it('numbers its batches without a hole', async () => {
    for (let i = 0; i < 4; i++) {
      issue(1);
      await pass(250);
    }
    expect(batches().map(({ batch }) => batch)).toEqual([0, 1, 2, 3]);
  });

  it(`puts no more than ${MAX_DECISIONS_PER_BATCH} into one batch and keeps their order`, async () => {
    issue(1_234);
    await pass(250);
    expect(sizes()).toEqual([500, 500, 234]);
    expect(ids()).toEqual(inOrder(1_234));
  });

  it('gives a sign of life every two seconds while there is nothing to say', async () => {
    issue(1);
    await pass(250);
    await pass(6_000);
    expect(sizes()).toEqual([1, 0, 0, 0]);
  });

  it('gives none while the link is down, and the next soon after it is back', async () => {
    await pass(2_000);
    bus.dropLink();
    await pass(60_000);
    expect(sizes()).toEqual([0]);
    bus.restoreLink();
    await pass(250);
    expect(sizes()).toEqual([0, 0]);
  });

  it('keeps what was issued during an outage and writes it in order when the link is back', async () => {
    issue(2);
    await pass(250);
    bus.dropLink();
    for (let i = 0; i < 20; i++) {
      issue(60);
      await pass(1_000);
    }
    expect(ids()).toHaveLength(2);
    bus.restoreLink();
    await pass(250);
    expect(ids()).toEqual(inOrder(1_202));
    expect(batches().map(({ batch }) => batch)).toEqual(batches().map((_, i) => i));
    expect(lost).toBe(0);
  });

  it('gives up the oldest decisions of a long outage, and counts them', async () => {
    bus.dropLink();
    issue(1);
    await pass(250);
    issue(100_750);
    expect(lost).toBe(1_000);
    bus.restoreLink();
    await pass(250);
    const written = ids();
    expect(written).toHaveLength(100_751 - 1_000);
    expect(written.slice(0, 2)).toEqual(['router-1-boot-0', 'router-1-boot-1001']);
    expect(written.at(-1)).toBe('router-1-boot-100750');
  });

  it('answers a sign of life that is asked for with its position', async () => {
    const position = subject.signOfLife();
    await settle();
    await expect(position).resolves.toBe(1);
    expect(sizes()).toEqual([0]);
  });

  it('writes what waits when it is stopped, and nothing after that', async () => {
    issue(700);
    await subject.stop(3_000);
    expect(sizes()).toEqual([500, 200]);
    issue(1);
    await pass(10_000);
    expect(sizes()).toEqual([500, 200]);
    expect([lost, faults]).toEqual([0, []]);
  });

  it('writes nothing when it is stopped with nothing to say', async () => {
    await subject.stop(3_000);
    expect(sizes()).toEqual([]);
  });

  it('stops at once without a link when nothing waits', async () => {
    bus.dropLink();
    const stopped = subject.stop(3_000);
    await settle();
    await expect(stopped).resolves.toBeUndefined();
  });

  it('waits for the link no longer than it may when it is stopped, and counts every decision it gives up', async () => {
    issue(300);
    await pass(250);
    bus.dropLink();
    issue(800);
    await pass(250);
    issue(100);
    const stopped = subject.stop(3_000);
    await pass(2_999);
    expect(lost).toBe(0);
    await pass(1);
    await stopped;
    expect(ids()).toHaveLength(300);
    expect(lost).toBe(900);
    expect(faults).toHaveLength(1);
  });

  it('loses nothing that is issued while an earlier batch is on its way', async () => {
    issue(1);
    const stopping = pass(250);
    issue(1);
    await stopping;
    issue(1);
    await subject.stop(3_000);
    expect(ids()).toEqual(inOrder(3));
  });
});
