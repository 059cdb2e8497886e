import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { HmacKeys, HmacSha1 } from './hmac-sha1.js';

describe('HmacSha1', () => {
  it('signs as RFC 2202 §3 has it (test case 2, the one in text)', () => {
    const signature = new HmacSha1('Jefe').sign('what do ya want for nothing?');
    expect(Buffer.from(signature, 'base64').toString('hex')).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
  });

  it('signs what createHmac signs, for any key and messages, one after the other', () => {
    const text = fc.oneof(fc.string({ maxLength: 100 }), fc.string({ unit: 'binary', maxLength: 300 }));
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (key, messages) => {
        const hmac = new HmacSha1(key);
        for (const message of messages) {
          expect(hmac.sign(message)).toBe(createHmac('sha1', key).update(message).digest('base64'));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('HmacKeys', () => {
  it('signs with each of many keys, in whatever order they came and the last one counting', () => {
    const keys = new HmacKeys();
    for (const index of [5, 0, 40, 3, 5]) keys.set(index, `key ${index}`, 1);
    keys.set(3, 'another', 2);
    expect([2, 3, 40, 41].map((index) => keys.editionOf(index))).toEqual([0, 2, 1, 0]);
    const signature = (key: string) => createHmac('sha1', key).update('m').digest('base64');
    expect([0, 3, 5, 40].map((index) => keys.sign(index, 'm'))).toEqual(
      ['key 0', 'another', 'key 5', 'key 40'].map(signature),
    );
  });
});
