import { describe, expect, it } from '@jest/globals';
import { JetStreamApiError } from '@nats-io/jetstream';
import { isWrongLastSequence } from './wrong-last-sequence.js';

const refusal = (code: number, description: string) =>
  new JetStreamApiError({ code: 400, err_code: code, description });

describe('a compare-and-set that was lost', () => {
  it.each([
    ['by a server that knows the last message', refusal(10_071, 'wrong last sequence: 7'), true],
    ['by one of a cluster that has another on its way', refusal(10_164, 'wrong last sequence'), true],
    ['is not every refusal', refusal(10_070, 'wrong last msg ID: x'), false],
    ['is not every error', new Error('wrong last sequence: 7'), false],
  ])('is told %s', (_, error, isLost) => {
    expect(isWrongLastSequence(error)).toBe(isLost);
  });
});
