import { describe, expect, it, jest } from '@jest/globals';
import { LogPull } from './log-pull.js';
import type { NatsSession } from './nats-link.js';

interface Arriving {
  readonly subject: string;
  readonly reply?: string;
  readonly headers?: { code: number; description: string };
  readonly data: Uint8Array;
}

/** A server that sends what the spec says; only what a pull uses of it. */
async function open() {
  let arrive: (error: Error | null, message: Arriving) => void = () => {};
  const asked: { batch: number; max_bytes?: number }[] = [];
  const connection = {
    subscribe: (_inbox: string, { callback }: { callback: typeof arrive }) => {
      arrive = callback;
      return { unsubscribe: () => {} };
    },
    publish: (_subject: string, request: string) => asked.push(JSON.parse(request)),
  };
  const consumers = {
    add: () => Promise.resolve({ name: 'c' }),
    delete: () => Promise.resolve(true),
  };
  const session = { connection, manager: { consumers }, newInbox: () => 'inbox' } as unknown as NatsSession;
  const pull = await LogPull.open(session, 1, 'turn.v1.>');
  const data = new Uint8Array();
  return {
    pull,
    asked,
    message: (delivery: number) =>
      arrive(null, {
        subject: 's',
        reply: `$JS.ACK.L.c.1.${delivery}.${delivery}.1700000000000000000.0`,
        data,
      }),
    status: (code: number, description: string) =>
      arrive(null, { subject: 'inbox', headers: { code, description }, data }),
  };
}

describe('pulling from the log', () => {
  it.each([
    ['there is no more', 404, 'No Messages'],
    ['there is less than was asked for', 408, 'Request Timeout'],
  ])('is over when %s', async (_when, code, description) => {
    const { pull, message, status } = await open();
    message(1);
    message(2);
    status(code, description);
    const { messages, isDrained } = await pull.next();
    expect(messages.map(({ position }) => position)).toEqual([1, 2]);
    expect(isDrained).toBe(true);
  });

  it('asks for more as soon as it has what it asked for, and not before', async () => {
    const { pull, asked, message } = await open();
    const { batch = 0 } = asked[0] ?? {};
    for (let delivery = 1; delivery <= batch; delivery++) message(delivery);
    expect(asked).toHaveLength(1);
    expect((await pull.next()).messages).toHaveLength(batch);
    expect(asked).toHaveLength(2);
    pull.close();
  });

  it('goes on when only so many bytes fit, and asks for a message alone that does not fit by itself', async () => {
    const { pull, asked, message, status } = await open();
    message(1);
    status(409, 'Message Size Exceeds MaxBytes');
    expect(await pull.next()).toMatchObject({ messages: [{ position: 1 }], isDrained: false });
    const next = pull.next();
    status(409, 'Message Size Exceeds MaxBytes');
    await new Promise(setImmediate);
    expect(asked.at(-1)).toEqual({ batch: 1, no_wait: true });
    message(2);
    expect(await next).toMatchObject({ messages: [{ position: 2 }], isDrained: false });
    pull.close();
  });

  it('fails when a message was lost on the way', async () => {
    const { pull, message } = await open();
    message(1);
    message(3);
    await expect(pull.next()).rejects.toThrow('lost on the way');
  });

  it.each([
    [409, 'Consumer Deleted'],
    [503, 'No Responders'],
  ])('fails when the server says %d %s', async (code, description) => {
    const { pull, status } = await open();
    status(code, description);
    await expect(pull.next()).rejects.toThrow(description);
  });

  it('fails when the server goes silent', async () => {
    jest.useFakeTimers();
    try {
      const { pull, message } = await open();
      message(1);
      const outcome = pull.next().catch((error: Error) => error.message);
      await jest.advanceTimersByTimeAsync(12_000);
      expect(await outcome).toContain('silent');
    } finally {
      jest.useRealTimers();
    }
  });
});
