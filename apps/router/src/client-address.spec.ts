import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { clientKey, familyOf, writtenAddress } from './client-address.js';

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

describe('what a proxy writes for an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:5555', '192.0.2.1'],
    ['"192.0.2.1"', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['"[2001:db8::1]:80"', '2001:db8::1'],
    ['_hidden', '_hidden'],
    ['', ''],
  ])('%j is %s', (text, address) => {
    expect(writtenAddress(text)).toBe(address);
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

  it('is one for all whom a proxy passed on without an address: texts are easily made up', () => {
    const noAddress = fc.stringMatching(/^[g-z_]{0,20}$/);
    fc.assert(fc.property(noAddress, noAddress, (a, b) => expect(clientKey(a)).toBe(clientKey(b))));
  });
});
