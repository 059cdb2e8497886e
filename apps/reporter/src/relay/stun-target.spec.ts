import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatStunTarget, parseStunTarget, stunTargetOf } from './stun-target.js';

describe('parseStunTarget', () => {
  it('takes UDP where no transport is named', () => {
    expect(parseStunTarget('relay.example.org:3478')).toEqual({
      transport: 'udp',
      host: 'relay.example.org',
      port: 3478,
    });
  });

  it.each(['', 'relay', 'relay:', 'relay:0', 'relay:65536', 'tls:relay:1', '::1:3478', '[relay]:1', 'a b:1'])(
    'refuses %j',
    (text) => {
      expect(parseStunTarget(text)).toBeUndefined();
    },
  );

  it('reads back every target it writes', () => {
    const target = fc.record({
      transport: fc.constantFrom('udp' as const, 'tcp' as const),
      host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(target, (value) => expect(parseStunTarget(formatStunTarget(value))).toEqual(value)),
    );
  });
});

describe('stunTargetOf', () => {
  it('prefers UDP, takes TCP, and leaves TLS alone', () => {
    const [tls, tcp, udp] = ['turns:a:443', 'turn:b:1?transport=tcp', 'turn:[::1]'];
    expect(stunTargetOf([tls, tcp, udp])).toEqual({ transport: 'udp', host: '::1', port: 3478 });
    expect(stunTargetOf([tls, tcp])).toEqual({ transport: 'tcp', host: 'b', port: 1 });
    expect(stunTargetOf([tls])).toBeUndefined();
  });
});
