import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { TRANSPORTS } from '@spillway/contracts';
import { transportOf } from '@spillway/turn';
import { keyOf, MAX_TURN_URLS, offerOf, type ClientKind } from './node-urls.js';

const V4 = {
  udp: 'turn:203.0.113.10:3478?transport=udp',
  tcp: 'turn:203.0.113.10:3478?transport=tcp',
};
const V6 = {
  udp: 'turn:[2001:db8::10]:3478?transport=udp',
  tcp: 'turn:[2001:db8::10]:3478?transport=tcp',
};
const NAMED = { udp: 'turn:relay.example.org', tls: 'turns:relay.example.org:443?transport=tcp' };
const DTLS = 'turns:relay.example.org:443?transport=udp';

const DUAL = [NAMED.tls, V4.tcp, V6.tcp, V6.udp, V4.udp];

const offer = (
  urls: readonly string[],
  wanted: ClientKind['wanted'],
  family: ClientKind['family'],
  limit = MAX_TURN_URLS,
) => offerOf(urls, { wanted, family, limit });

describe('the TURN URLs of a node', () => {
  it('gives one URL per wanted transport, in the order udp, tcp, tls, whatever the order of the node', () => {
    expect(offer(DUAL, TRANSPORTS, 'ipv4').urls).toEqual([V4.udp, V4.tcp, NAMED.tls]);
    expect(offer(DUAL, ['tls', 'udp'], 'ipv4').urls).toEqual([V4.udp, NAMED.tls]);
  });

  it('prefers the address family of the client where the node has both', () => {
    expect(offer(DUAL, TRANSPORTS, 'ipv6').urls).toEqual([V6.udp, V6.tcp, NAMED.tls]);
  });

  it('takes the first of the node where the client is unknown or its family is not offered', () => {
    expect(offer(DUAL, ['udp', 'tcp'], undefined).urls).toEqual([V6.udp, V4.tcp]);
    expect(offer([V4.udp], ['udp'], 'ipv6').urls).toEqual([V4.udp]);
    expect(offer([NAMED.udp], ['udp'], 'ipv6').urls).toEqual([NAMED.udp]);
  });

  it.each([
    [1, [V4.udp]],
    [2, [V4.udp, NAMED.tls]],
    [3, [V4.udp, V4.tcp, NAMED.tls]],
  ])('limited to %i keeps UDP first, then TLS, then TCP', (limit, expected) => {
    expect(offer(DUAL, TRANSPORTS, 'ipv4', limit).urls).toEqual(expected);
  });

  it('never gives DTLS, which browsers do not have, nor what is no TURN URI', () => {
    const urls = [DTLS, 'wss://sfu.example.org', V4.tcp];
    expect(offer(urls, TRANSPORTS, 'ipv4').urls).toEqual([V4.tcp]);
  });

  it('gives URLs of the node, each once, each of a wanted transport, no more than the limit, never DTLS', () => {
    const url = fc.constantFrom(
      ...Object.values(V4),
      ...Object.values(V6),
      ...Object.values(NAMED),
      DTLS,
      'x:y',
    );
    fc.assert(
      fc.property(
        fc.array(url, { minLength: 1, maxLength: 8 }),
        fc.subarray([...TRANSPORTS], { minLength: 1 }),
        fc.constantFrom('ipv4' as const, 'ipv6' as const, undefined),
        fc.integer({ min: 1, max: MAX_TURN_URLS }),
        (urls, wanted, family, limit) => {
          const given = offer(urls, wanted, family, limit).urls;
          const transports = given.map((each) => transportOf(each)!);
          expect(given.length).toBe(
            Math.min(limit, wanted.filter((each) => urls.some((one) => transportOf(one) === each)).length),
          );
          expect(new Set(transports).size).toBe(given.length);
          expect(given.every((each) => urls.includes(each))).toBe(true);
          expect(transports.every((each) => wanted.includes(each))).toBe(true);
          expect(transports).toEqual(TRANSPORTS.filter((each) => transports.includes(each)));
        },
      ),
    );
  });
});

it('The key of a kind of client is its own, in whatever order the transports are wanted', () => {
  const kinds = [1, 2, 3].flatMap((limit) =>
    (['ipv4', 'ipv6', undefined] as const).flatMap((family) =>
      [['udp'], ['tcp'], ['udp', 'tcp'], TRANSPORTS].map(
        (wanted) => ({ limit, family, wanted }) as ClientKind,
      ),
    ),
  );
  expect(new Set(kinds.map(keyOf)).size).toBe(kinds.length);
  const [one, other] = [
    keyOf({ wanted: ['tls', 'udp'], family: 'ipv4', limit: 2 }),
    keyOf({ wanted: ['udp', 'tls'], family: 'ipv4', limit: 2 }),
  ];
  expect(one).toBe(other);
});

describe('the STUN URL of a node', () => {
  it('is the UDP port of the node in the family of the client, without transport=', () => {
    expect(offer(DUAL, TRANSPORTS, 'ipv4', 3).stun).toEqual({ urls: ['stun:203.0.113.10:3478'] });
    expect(offer(DUAL, ['tls'], 'ipv6', 1).stun).toEqual({ urls: ['stun:[2001:db8::10]:3478'] });
  });

  it('is none for a node without UDP', () => {
    expect(offer([V4.tcp, NAMED.tls, DTLS], TRANSPORTS, 'ipv4', 3).stun).toBeUndefined();
  });
});
