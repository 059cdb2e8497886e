import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MAX_DECISIONS_PER_BATCH, parseEvent, type Issued } from '@spillway/contracts';
import { RULE_VERSION } from '@spillway/placement';
import { MemoryBus } from '@spillway/messaging';
import type { Decision } from './decision.js';
import { IssuedLog, type IssuedLogEvents } from './issued-log.js';
import { OwnBatches } from './own-batches.js';
import type { DecidingView, Standpoint } from './standpoint.js';

const decision = (n: number): Decision => ({
  ...moment,
  n,
  asked: { country: 'DE', continent: 'EU', lat: 50, lon: 9 },
  user: 'alice-liddell',
  region: 'us-east-1',
  nodes: ['n1'],
  nearestRegion: 'us-east-1',
  reason: 'nearest',
});

/** A view that stands where the spec says. */
let moment: Standpoint;
let isRestored: boolean;
const view: DecidingView = {
  standpoint: () => moment,
  get logTime() {
    return moment.atMs + 40;
  },
  get isRestored() {
    return isRestored;
  },
};

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
  moment = { atMs: 1_795_000_000_000, position: 70, digest: '00c0ffee' };
  isRestored = false;
  const events: IssuedLogEvents = {
    onLost: (decisions) => (lost += decisions),
    onFault: (error) => faults.push(String(error)),
  };
  subject = new IssuedLog(bus, 'router-1', 'boot', view, events, new OwnBatches('router-1'));
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
    const parsed = parseEvent(name, data);
    if (!parsed.ok || parsed.event.kind !== 'issued') throw new Error(`${name} is not what it should be`);
    return parsed.event.issued;
  });
}

const sizes = () => batches().map(({ decisions }) => decisions.length);
const ids = () => batches().flatMap(({ decisions }) => decisions.map(({ id }) => id));
const inOrder = (count: number) => Array.from({ length: count }, (_, i) => `router-1-boot-${i.toString(36)}`);

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
    expect(written.slice(0, 2)).toEqual(['router-1-boot-0', `router-1-boot-${(1_001).toString(36)}`]);
    expect(written.at(-1)).toBe(`router-1-boot-${(100_750).toString(36)}`);
  }, 30_000);

  it('answers a sign of life that is asked for with its position', async () => {
    const position = subject.signOfLife();
    await settle();
    await expect(position).resolves.toBe(1);
    expect(sizes()).toEqual([0]);
  });

  it('tells what waits before it gives a sign of life that is asked for', async () => {
    issue(1);
    moment = { ...moment, position: 194 };
    const position = subject.signOfLife();
    const another = subject.signOfLife();
    await settle();
    expect(batches().map(({ batch, basis }) => [batch, basis?.fromPosition])).toEqual([
      [0, 70],
      [1, 194],
    ]);
    await expect(Promise.all([position, another])).resolves.toEqual([1, 2]);
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

  it('tells a steady stream four times a second on a slow log, and gives a sign of life in between', async () => {
    const record = bus.record.bind(bus);
    jest.spyOn(bus, 'record').mockImplementation(async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return record(...args);
    });
    const stream = setInterval(() => issue(1), 1);
    await pass(5_100);
    expect(batches()).toHaveLength(20);
    let position: number | undefined;
    void subject.signOfLife().then((told) => (position = told));
    await pass(10);
    expect(position).toBe(21);
    clearInterval(stream);
    await pass(500);
    expect(ids()).toEqual(inOrder(5_110));
  });

  it('tells what each decision was made on: log time, position, and the view when the batch began', async () => {
    issue(1);
    moment = { atMs: moment.atMs + 120, position: 73, digest: '11111111' };
    issue(1);
    moment = { ...moment, atMs: moment.atMs + 40 };
    await pass(250);
    const [{ basis, decisions } = raise()] = batches();
    const [fromMs, fromPosition] = [1_795_000_000_000, 70];
    const sentMs = fromMs + 200;
    expect(basis).toEqual({ rule: RULE_VERSION, fromN: 0, fromMs, fromPosition, view: '00c0ffee', sentMs });
    expect(decisions).toMatchObject([
      { atMs: fromMs, position: 70, ageMs: 200, country: 'DE', lat: 50, lon: 9 },
      { atMs: fromMs + 120, position: 73, ageMs: 80 },
    ]);
  });

  it('tells what else happened: before the next decision, in its batch or the next', async () => {
    subject.note('link-down', moment);
    issue(2);
    subject.note('link-up', { atMs: moment.atMs + 9, position: 71 });
    issue(1);
    await pass(250);
    subject.note('gap', { ...moment, position: 72 });
    await pass(2_000);
    expect(batches().map(({ basis }) => basis?.steps)).toEqual([
      [
        { kind: 'link-down', after: 0, atMs: moment.atMs, position: 70 },
        { kind: 'link-up', after: 2, atMs: moment.atMs + 9, position: 71 },
      ],
      [{ kind: 'gap', after: 0, atMs: moment.atMs, position: 72 }],
    ]);
  });

  it('tells refusals beside the decisions, and that something in the view is not on the log', async () => {
    isRestored = true;
    subject.refuse({ ...moment, asked: { require: ['eu-central-1'] }, code: 'requirement-unmet' });
    isRestored = false;
    issue(1);
    await pass(250);
    const refused = [
      { atMs: moment.atMs, position: 70, require: ['eu-central-1'], code: 'requirement-unmet' },
    ];
    expect(batches()).toMatchObject([{ basis: { isRestored: true, fromN: 0 }, decisions: [{}], refused }]);
  });

  it('begins a batch anew where positions do, and where a message would be too large', async () => {
    issue(1);
    moment = { ...moment, position: 1 };
    issue(1);
    const require = Array.from({ length: 64 }, (_, i) => `a-region-with-a-long-name-${i}`.padEnd(64, 'x'));
    for (let i = 0; i < 300; i++) subject.add({ ...decision(issuedCount++), asked: { require } });
    await pass(250);
    expect(batches().map(({ basis }) => basis?.fromPosition)).toEqual([70, 1, 1, 1, 1, 1, 1]);
    const messages = bus.log.stream?.messages ?? [];
    expect(Math.max(...messages.map(({ data }) => data.length))).toBeLessThan(300_000);
  });

  it('takes no more than 250 bytes of the log for a decision', async () => {
    for (let i = 0; i < 25; i++) {
      moment = { ...moment, atMs: moment.atMs + 10, position: moment.position + (i % 3) };
      const node = `eu-central-1-${(i * 7919).toString(36)}`;
      const spill = i % 5 === 0 ? { nearestRegion: 'eu-west-3', reason: 'spillover' as const } : {};
      const tenant = i % 2 === 0 ? { tenant: 'acme-conferencing' } : {};
      const asked = { country: 'DE', continent: 'EU' as const, lat: -50 - (i % 9), lon: -120 - i, ...tenant };
      const home = { region: 'eu-central-1', nodes: [node], nearestRegion: 'eu-central-1' };
      subject.add({ ...decision(issuedCount++), asked, ...home, ...spill });
    }
    await pass(250);
    const [{ data, subject: name } = raise()] = bus.log.stream?.messages ?? [];
    // Besides subject and payload, JetStream keeps the message id and about 50 bytes of its own.
    const stored = data.length + name.length + `NATS/1.0\r\nNats-Msg-Id: router-1-boot-0\r\n\r\n`.length + 50;
    process.stdout.write(`${Math.round(stored / 25)} bytes of the log for a decision, 25 in a batch\n`);
    expect(stored / 25).toBeLessThan(250);
  });
});

function raise(): never {
  throw new Error('nothing was written');
}
