import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { HmacSha1 } from './hmac-sha1.js';

describe('HmacSha1', () => {
  /** RFC 2202 §3, test cases 2 and 6 (a key longer than a block). */
  it.each([['Jefe', 'what do ya want for nothing?', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79']])(
    'signs as RFC 2202 has it',
    (key, message, hex) => {
      expect(new HmacSha1(key).sign(message)).toBe(Buffer.from(hex, 'hex').toString('base64'));
    },
  );

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
