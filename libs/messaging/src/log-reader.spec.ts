import { describe, expect, it } from '@jest/globals';
import type { ConsumerNotification } from '@nats-io/jetstream';
import { LogReader } from './log-reader.js';
import type { NatsSession } from './nats-link.js';

/** A consumer that delivers and tells what the spec says; only what a reader uses of it. */
function fakeSession(create = () => Promise.resolve({})) {
  let deliver: (message: unknown) => void = () => {};
  let tell: (status: ConsumerNotification) => void = () => {};
  async function* statuses() {
    for (;;) yield await new Promise<ConsumerNotification>((resolve) => (tell = resolve));
  }
  const messages = { status: statuses, close: () => {}, closed: () => new Promise<void>(() => {}) };
  const consumer = {
    consume: ({ callback }: { callback: typeof deliver }) => {
      deliver = callback;
      return Promise.resolve(messages);
    },
  };
  const session = {
    streams: { consumers: { getBoundPushConsumer: () => Promise.resolve(consumer) } },
    manager: { consumers: { add: create } },
    newInbox: () => '_INBOX.spec',
  } as unknown as NatsSession;
  const message = (position: number, delivery: number) => ({
    reply: `$JS.ACK.TURN_LOG.reader.1.${position}.${delivery}.1700000000123999999.0`,
    subject: 'turn.v1.policy',
    data: new Uint8Array(),
  });
  return {
    session,
    deliver: (position: number, delivery: number) => deliver(message(position, delivery)),
    tell: (status: ConsumerNotification) => tell(status),
  };
}

async function open(create?: () => Promise<object>) {
  const fake = fakeSession(create);
  const seen: unknown[] = [];
  const listener = {
    onMessage: ({ position, at }: { position: number; at: number }) => seen.push([position, at]),
    onIdle: (position: number) => seen.push(position),
  };
  const over = new AbortController();
  const config = { deliver_policy: 'all' as const, filter_subject: 'turn.v1.>' };
  const reader = await LogReader.open(fake.session, config, listener, over.signal);
  return { ...fake, seen, over, reader };
}

const AT = 1_700_000_000_123;

describe('a reader of the log', () => {
  it('hands on every message with its position and the millisecond it was stored in', async () => {
    const { deliver, seen } = await open();
    deliver(7, 1);
    deliver(9, 2);
    expect(seen).toEqual([
      [7, AT],
      [9, AT],
    ]);
  });

  it('ends when a message was lost on the way, and hands on nothing after it', async () => {
    const { deliver, seen, reader } = await open();
    deliver(7, 1);
    deliver(9, 3);
    deliver(10, 4);
    expect((await reader.lost).message).toMatch('lost on the way');
    expect(seen).toEqual([[7, AT]]);
  });

  it('ends when the server has sent more than came', async () => {
    const { deliver, tell, reader } = await open();
    deliver(7, 1);
    tell({ type: 'heartbeat', lastConsumerSequence: 2, lastStreamSequence: 8 });
    expect((await reader.lost).message).toMatch('lost on the way');
  });

  it.each([
    ['the server goes silent', { type: 'heartbeats_missed', count: 2 }],
    ['the server drops it', { type: 'consumer_deleted', code: 409, description: '' }],
  ] as const)('ends when %s', async (_when, status) => {
    const { tell, reader } = await open();
    tell(status);
    expect(await reader.lost).toBeInstanceOf(Error);
  });

  it('is asked for again where the server chosen to keep it does not answer', async () => {
    const answers = [new Promise<object>(() => {}), Promise.resolve({})];
    const { deliver, seen } = await open(
      () => answers.shift() ?? Promise.reject(new Error('asked too often')),
    );
    deliver(7, 1);
    expect(seen).toEqual([[7, AT]]);
  });

  it('is not asked for again after a refusal', async () => {
    const answers = [Promise.reject(new Error('refused')), Promise.resolve({})];
    await expect(open(() => answers.shift() ?? Promise.resolve({}))).rejects.toThrow('refused');
    expect(answers).toHaveLength(1);
  });

  it('ends when nobody waits for it any more', async () => {
    const { over, deliver, seen, reader } = await open();
    over.abort();
    await reader.lost;
    deliver(7, 1);
    expect(seen).toEqual([]);
  });
});
