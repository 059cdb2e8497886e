import { describe, expect, it } from '@jest/globals';
import { readDelivery } from './delivery-subject.js';

describe('what the server tells about a message', () => {
  it.each([
    ['$JS.ACK.TURN_LOG.oN9kzWvA.1.77.12.1795371704788942837.9'],
    ['$JS.ACK.hub.A6bZ3HTY.TURN_LOG.oN9kzWvA.1.77.12.1795371704788942837.9'],
    ['$JS.ACK.hub.A6bZ3HTY.TURN_LOG.oN9kzWvA.1.77.12.1795371704788942837.9.r4nd0m'],
  ])('is read from its reply subject: %s', (reply) => {
    expect(readDelivery(reply)).toEqual({
      position: 77,
      delivery: 12,
      at: 1795371704788,
      pending: 9,
    });
  });

  it('has the millisecond a message was stored in, never the next', () => {
    const { at } = readDelivery('$JS.ACK.TURN_LOG.c.1.1.1.1700000000123999999.0');
    expect(at).toBe(1_700_000_000_123);
  });
});
