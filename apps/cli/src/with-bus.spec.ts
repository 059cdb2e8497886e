import { describe, expect, it } from '@jest/globals';
import { withBus } from './with-bus.js';

const NOBODY = 'nats://spillway:hidden@127.0.0.1:1';

describe('withBus, where no NATS server is', () => {
  it('says so and where it looked, without the password', async () => {
    const attempt = withBus(NOBODY, () => Promise.resolve(), { connectMs: 100 });
    await expect(attempt).rejects.toMatchObject({
      code: 'bus-unreachable',
      message:
        'no NATS server answers at nats://127.0.0.1:1 within 0.1 s: is it running? Choose another with NATS_URL',
    });
  });

  it('does not look any longer than its signal allows', async () => {
    const interruption = new AbortController();
    const attempt = withBus(NOBODY, () => Promise.resolve(), { signal: interruption.signal });
    interruption.abort(new Error('stopped by SIGINT'));
    await expect(attempt).rejects.toThrow('stopped by SIGINT');
  });
});
