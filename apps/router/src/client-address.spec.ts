import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { clientKey, familyOf } from './client-address.js';

describe('the family of a client', () => {
  it.each([
    ['192.0.2.1', 'ipv4'],
    ['::ffff:192.0.2.1', 'ipv4'],
    ['::FFFF:c000:201', 'ipv4'],
    ['0:0:0:0:0:ffff:192.0.2.1', 'ipv4'],
    ['2001:db8::1', 'ipv6'],
    ['::1', 'ipv6'],
    ['fe80::1%eth0', 'ipv6'],
    ['unknown', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %s', (address, family) => {
    expect(familyOf(address)).toBe(family);
  });
});

describe('the key of a client', () => {
  it('is one for an address and its v4-mapped form, and another for every other address', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (a, b) => {
        expect(clientKey(`::ffff:${a}`)).toBe(clientKey(a));
        expect(clientKey(a) === clientKey(b)).toBe(a === b);
      }),
    );
  });

  it('is one for all addresses of a /64', () => {
    expect(clientKey('2001:db8:1:2:3:4:5:6')).toBe(clientKey('2001:db8:1:2::'));
    expect(clientKey('2001:db8:1:2::')).not.toBe(clientKey('2001:db8:1:3::'));
  });

  it('is the text itself where a proxy passed on what is no address', () => {
    fc.assert(fc.property(fc.stringMatching(/^[g-z_]{0,20}$/), (text) => expect(clientKey(text)).toBe(text)));
  });
});
