import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { subjectOf, type Command, type LogEntry } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import { OrderBook } from './order-book.js';

const node = { region: 'eu', nodeId: 'a1', instanceId: 'i-1', bootId: 'b-2' };
const heartbeat = (overrides: object) => aHeartbeat({ ...node, ...overrides });
const drain = (overrides: Partial<Command> = {}): Command => ({
  at: new Date().toISOString(),
  id: 'c-1',
  command: 'drain',
  instanceId: 'i-1',
  deadlineSeconds: 60,
  expiresAt: new Date(Date.now() + 30_000).toISOString(),
  reason: '',
  origin: 'operator',
  ...overrides,
});

const saidAgain = (command: Command): Command => ({
  ...command,
  expiresAt: new Date(Date.now() + 14_400_000).toISOString(),
  isStanding: true,
});

describe('OrderBook', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  async function open({ provision = true } = {}) {
    const bus = new MemoryBus();
    if (provision) await bus.provision();
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const verdicts: string[] = [];
    let recalled = 0;
    const delivered: string[] = [];
    const book = new OrderBook({
      bus: {
        get link() {
          return bus.link;
        },
        onLink: (listener) => bus.onLink(listener),
        followLast: (listener, subjects) => {
          const onEntry = (entry: LogEntry) => {
            delivered.push(entry.event.kind);
            listener.onEntry(entry);
          };
          return bus.followLast({ ...listener, onEntry }, subjects);
        },
      },
      node,
      quietMs: 5000,
      logger: { log, warn: log },
      onRecalled: () => recalled++,
      onChanged: () => undefined,
      onJudged: (verdict) => verdicts.push(verdict),
      readLimitMs: 30_000,
    });
    const say = async (overrides: object) => {
      bus.publish(subjectOf.heartbeat('eu', 'a1'), heartbeat(overrides));
      await pass(0);
    };
    const tell = async (command: Command) => {
      await bus.record(subjectOf.command('eu', 'a1'), command, `${command.id} ${command.expiresAt}`);
      await pass(0);
    };
    return { bus, book, delivered, lines, verdicts, say, tell, recalled: () => recalled };
  }

  it('is settled once a heartbeat of this run has come back from the log', async () => {
    const { book, say, recalled } = await open();
    book.start();
    await pass(0);
    expect([recalled(), book.isSettled]).toEqual([1, false]);
    await say({ bootId: 'b-1' });
    expect(book.isSettled).toBe(false);
    await say({ bootId: 'b-2' });
    expect([book.isSettled, book.isHeard]).toEqual([true, true]);
    await book.stop();
  });

  it('reads no heartbeats once it is settled: each would be a question to the log, of every node for ever', async () => {
    const { book, delivered, say, tell } = await open();
    book.start();
    await pass(0);
    await say({ bootId: 'b-2' });
    expect(delivered.splice(0)).toEqual(['heartbeat']);
    for (let i = 0; i < 5; i++) await say({ bootId: 'b-2' });
    await tell(drain());
    expect(delivered).toEqual(['command']);
    expect(book.orders.drain).toBeDefined();
    await book.stop();
  });

  it('lets nothing be published before the log was read, however long there is no link', async () => {
    const { bus, book, say, recalled } = await open();
    await say({ bootId: 'b-1', state: 'draining', commandId: 'c-1' });
    bus.dropLink();
    book.start();
    await pass(600_000);
    expect([recalled(), book.isSettled]).toEqual([0, false]);
    bus.restoreLink();
    await pass(0);
    expect(recalled()).toBe(1);
    expect(book.orders.drain).toMatchObject({ commandId: 'c-1', isOver: false, deadlineAt: null });
    await book.stop();
  });

  it('gives up on a log that cannot be read while there is a link, and obeys what comes later', async () => {
    const { bus, book, lines, tell, recalled } = await open({ provision: false });
    book.start();
    await pass(29_999);
    expect(book.isSettled).toBe(false);
    await pass(1);
    expect([recalled(), book.isSettled, book.isHeard]).toEqual([1, true, false]);
    expect(lines.join()).toMatch(/could not be read from the log within 30 s, so it serves without/);
    await bus.provision();
    await tell(drain());
    expect(book.orders.drain).toBeDefined();
    await book.stop();
  });

  it('judges a command read at the start by the time its own heartbeat has on the log', async () => {
    const { book, verdicts, say, tell } = await open();
    await tell(drain());
    await pass(30_000);
    book.start();
    await pass(0);
    expect(verdicts).toEqual([]);
    await say({ bootId: 'b-2' });
    expect(verdicts).toEqual(['expired']);
    expect(book.orders.drain).toBeUndefined();
    await book.stop();
  });

  it('gives a drain that goes on the deadline of its command', async () => {
    const { book, say, tell } = await open();
    await tell(drain());
    await say({ bootId: 'b-1', state: 'draining', commandId: 'c-1' });
    await pass(50_000);
    book.start();
    await say({ bootId: 'b-2', state: 'draining', commandId: 'c-1' });
    const deadlineAt = book.orders.drain?.deadlineAt ?? 0;
    expect(deadlineAt - performance.now()).toBeCloseTo(10_000, -2);
    const busy = { allocations: 3, sampledAt: 0, hasFinished: false };
    await pass(9_000);
    book.watch(busy);
    expect(book.orders.drain?.isOver).toBe(false);
    await pass(1_100);
    book.watch(busy);
    expect(book.orders.drain?.isOver).toBe(true);
    await book.stop();
  });

  it('drains no longer for a command that is said again', async () => {
    const { book, verdicts, say, tell } = await open();
    book.start();
    await say({ bootId: 'b-2' });
    const given = drain();
    await tell(given);
    const deadlineAt = book.orders.drain?.deadlineAt;
    await pass(40_000);
    await tell(saidAgain(given));
    expect(verdicts).toEqual(['obeyed']);
    expect(book.orders.drain?.deadlineAt).toBe(deadlineAt);
    await book.stop();
  });

  it('does not serve when it comes back after its own heartbeats have left the log, but for the command said again', async () => {
    const { book, verdicts, say, tell } = await open();
    const given = drain();
    await pass(86_400_000);
    await tell(saidAgain(given));
    await pass(1_000_000);
    book.start();
    await say({ bootId: 'b-2' });
    expect(verdicts).toEqual(['obeyed']);
    expect(book.orders.drain?.deadlineAt).toBeLessThan(performance.now());
    book.watch({ allocations: 0, sampledAt: performance.now(), hasFinished: false });
    expect(book.orders).toMatchObject({ commandId: 'c-1', drain: { isOver: true } });
    await book.stop();
  });

  it('obeys the commands that come, each once, and counts them', async () => {
    const { book, lines, verdicts, say, tell } = await open();
    book.start();
    await say({ bootId: 'b-2' });
    await tell(drain());
    await tell(drain({ id: 'c-2', instanceId: 'i-0' }));
    expect(book.orders).toMatchObject({ commandId: 'c-1', drain: { commandId: 'c-1' } });
    await tell(drain({ id: 'c-3', command: 'undrain', reason: 'done' }));
    expect(book.orders).toEqual({ commandId: 'c-3', drain: undefined });
    expect(verdicts).toEqual(['obeyed', 'other-instance', 'obeyed']);
    expect(lines).toEqual([
      'Obeyed: drain c-1 (operator), 60 s at most',
      'Not obeyed, it is for i-0: drain c-2 (operator)',
      'Obeyed: undrain c-3 (operator: done)',
    ]);
    await book.stop();
  });
});
