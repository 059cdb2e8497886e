import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatTurnUri, parseTurnUri, portOf, stunUriOf, transportOf, type TurnUri } from './uri.js';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const anyTurnUri: fc.Arbitrary<TurnUri> = fc.record({
  scheme: fc.constantFrom('turn' as const, 'turns' as const),
  host: fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
  ),
  port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  transport: fc.constantFrom('udp' as const, 'tcp' as const, undefined),
});

describe('parseTurnUri', () => {
  it('reads the examples of RFC 7065', () => {
    const plain = { scheme: 'turn', host: 'example.org', port: undefined, transport: undefined };
    expect(parseTurnUri('turn:example.org')).toEqual(plain);
    expect(parseTurnUri('turns:example.org')).toEqual({ ...plain, scheme: 'turns' });
    expect(parseTurnUri('turn:example.org:8000')).toEqual({ ...plain, port: 8000 });
    expect(parseTurnUri('turn:example.org?transport=udp')).toEqual({ ...plain, transport: 'udp' });
    expect(parseTurnUri('turns:example.org?transport=tcp')).toEqual({
      ...plain,
      scheme: 'turns',
      transport: 'tcp',
    });
  });

  it('reads scheme and transport in any case', () => {
    expect(parseTurnUri('TURNS:h?transport=TCP')).toMatchObject({ scheme: 'turns', transport: 'tcp' });
  });

  it('takes IPv6 literals out of their brackets', () => {
    expect(parseTurnUri('turn:[2001:db8::1]:3478')).toMatchObject({ host: '2001:db8::1', port: 3478 });
  });

  it('reads back every URI it writes', () => {
    fc.assert(fc.property(anyTurnUri, (uri) => expect(parseTurnUri(formatTurnUri(uri))).toEqual(uri)));
  });

  it.each([
    '',
    'turn:',
    'stun:example.org',
    'turn://example.org',
    'turn:user@example.org',
    'turn:2001:db8::1',
    'turn:[example.org]',
    'turn:[2001:db8::1',
    'turn:[::1%eth0]',
    'turn:example.org:0',
    'turn:example.org:65536',
    'turn:example.org:',
    'turn:example.org?transport=sctp',
    'turn:example.org?transport=udp&x=1',
    'turn:exa mple.org',
    'turn:example.org\n',
  ])('refuses %j', (text) => {
    expect(parseTurnUri(text)).toBeUndefined();
  });

  it('reads a TURN URI or nothing, whatever comes, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const uri = parseTurnUri(`turn:${text}`);
        expect(uri === undefined || formatTurnUri(uri).length > 'turn:'.length).toBe(true);
      }),
    );
  });
});

describe('portOf', () => {
  it('falls back to the default port of the scheme', () => {
    const uri: TurnUri = { scheme: 'turn', host: 'h', port: undefined, transport: undefined };
    expect([portOf(uri), portOf({ ...uri, scheme: 'turns' }), portOf({ ...uri, port: 443 })]).toEqual([
      3478, 5349, 443,
    ]);
  });
});

describe('transportOf', () => {
  it.each([
    ['turn:h', 'udp'],
    ['turn:h?transport=udp', 'udp'],
    ['turn:h?transport=tcp', 'tcp'],
    ['turns:h', 'tls'],
    ['turns:h?transport=tcp', 'tls'],
    ['turns:h?transport=udp', undefined],
    ['wss://h', undefined],
  ])('says of %s: %s', (uri, transport) => {
    expect(transportOf(uri)).toBe(transport);
  });
});

describe('stunUriOf', () => {
  it('keeps host and port and drops the transport', () => {
    expect(stunUriOf('turn:203.0.113.10:3478?transport=udp')).toBe('stun:203.0.113.10:3478');
    expect(stunUriOf('turn:[2001:db8::1]?transport=udp')).toBe('stun:[2001:db8::1]');
  });

  it('has none for TCP, TLS and other URIs', () => {
    for (const uri of ['turn:h?transport=tcp', 'turns:h:443', 'wss://h'])
      expect(stunUriOf(uri)).toBeUndefined();
  });
});
