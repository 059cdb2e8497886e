import { describe, expect, it } from '@jest/globals';
import { withBus } from './with-bus.js';

describe('withBus', () => {
  it('says where it found no NATS server, without the password', async () => {
    const attempt = withBus('nats://spillway:hidden@127.0.0.1:1', () => Promise.resolve(), 0.1);
    await expect(attempt).rejects.toMatchObject({
      code: 'bus-unreachable',
      message:
        'no NATS server answers at nats://127.0.0.1:1 within 0.1 s: is it running? Choose another with --nats',
    });
  });
});
