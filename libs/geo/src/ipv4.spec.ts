import { isIPv4 } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ipv4Number } from './ipv4.js';

const number = (ip: string) => ip.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);

describe('ipv4Number', () => {
  it('is the number of an address, and none of any text that node:net takes for none', () => {
    const almost = fc
      .array(
        fc.oneof(fc.integer({ min: 0, max: 300 }).map(String), fc.constantFrom('', '00', '01', '1a', '-1')),
        {
          minLength: 2,
          maxLength: 5,
        },
      )
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), almost, fc.string()), (text) => {
        expect(ipv4Number(text)).toBe(isIPv4(text) ? number(text) : undefined);
      }),
      { numRuns: 3_000 },
    );
  });
});
