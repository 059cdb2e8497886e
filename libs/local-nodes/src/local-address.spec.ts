import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { findLocalAddress } from './local-address.js';

const interfaceOf = (address: string, internal: boolean): NetworkInterfaceInfo => {
  const common = { address, internal, netmask: '', mac: '', cidr: null };
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
};

describe('findLocalAddress', () => {
  it('takes the first IPv4 address that is not loopback', () => {
    const found = findLocalAddress({
      lo: [interfaceOf('127.0.0.1', true), interfaceOf('::1', true)],
      eth0: [interfaceOf('fe80::1', false), interfaceOf('192.0.2.7', false)],
      eth1: [interfaceOf('192.0.2.8', false)],
    });
    expect(found).toBe('192.0.2.7');
  });

  it('finds none on a machine that has only loopback and IPv6', () => {
    const interfaces = { lo: [interfaceOf('127.0.0.1', true)], eth0: [interfaceOf('2001:db8::1', false)] };
    expect(findLocalAddress(interfaces)).toBeUndefined();
  });
});
