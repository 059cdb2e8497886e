import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeXorAddress, encodeXorAddress } from './address.js';
import {
  challengeOf,
  decodeStunMessage,
  errorOf,
  lifetimeOf,
  mappedAddressOf,
  relayedAddressOf,
  softwareOf,
  stunMessageBytes,
} from './decode.js';
import {
  encodeAllocateRequest,
  encodeBindingRequest,
  encodeCreatePermissionRequest,
  encodeRefreshRequest,
  encodeStunMessage,
} from './encode.js';
import { hasIntegrity, longTermKey } from './integrity.js';
import { STUN_ATTRIBUTE, STUN_CLASSES, STUN_METHOD, type StunMessage } from './message.js';

const id = Buffer.from('000102030405060708090a0b', 'hex');
const credential = { username: '1795342200:alice', password: 'pass', realm: 'example.org', nonce: 'abcd' };
const key = longTermKey(credential);
const readers = [errorOf, softwareOf, challengeOf, lifetimeOf, mappedAddressOf, relayedAddressOf];
const anyId = fc.uint8Array({ minLength: 12, maxLength: 12 });

describe('requests', () => {
  it('a binding request is a bare header', () => {
    expect(encodeBindingRequest(id).toString('hex')).toBe('000100002112a442000102030405060708090a0b');
  });

  it('an allocate request asks for UDP', () => {
    const message = decoded(encodeAllocateRequest(id));
    expect(message).toMatchObject({ class: 'request', method: STUN_METHOD.allocate });
    expect(message.attributes.get(STUN_ATTRIBUTE.requestedTransport)?.toString('hex')).toBe('11000000');
    expect(message.attributes.size).toBe(1);
  });

  it('a request with a credential answers the challenge and is signed', () => {
    const data = encodeAllocateRequest(id, { lifetimeSeconds: 60, credential });
    const message = decoded(data);
    expect(challengeOf(message)).toEqual({ realm: 'example.org', nonce: 'abcd' });
    expect(message.attributes.get(STUN_ATTRIBUTE.username)?.toString()).toBe(credential.username);
    expect(lifetimeOf(message)).toBe(60);
    expect(hasIntegrity(data, key)).toBe(true);
  });

  it('a refresh request carries the lifetime', () => {
    const data = encodeRefreshRequest(id, { lifetimeSeconds: 0, credential });
    expect(decoded(data).method).toBe(STUN_METHOD.refresh);
    expect(lifetimeOf(decoded(data))).toBe(0);
    expect(hasIntegrity(data, key)).toBe(true);
  });

  it('a permission request names its peer', () => {
    const peer = { address: '2001:db8::7', port: 9 };
    const message = decoded(encodeCreatePermissionRequest(id, { peer, credential }));
    const value = message.attributes.get(STUN_ATTRIBUTE.xorPeerAddress);
    expect(message.method).toBe(STUN_METHOD.createPermission);
    expect(value && decodeXorAddress(value, id)).toEqual(peer);
  });

  it('a transaction id of another length is refused', () => {
    expect(() => encodeBindingRequest(Buffer.alloc(16))).toThrow('12 bytes, not 16');
  });
});

describe('decodeStunMessage', () => {
  it('reads every class and method that can be written', () => {
    const anyClass = fc.constantFrom(...STUN_CLASSES);
    fc.assert(
      fc.property(anyClass, fc.integer({ min: 0, max: 0xfff }), anyId, (messageClass, method, id) => {
        expect(decoded(encodeStunMessage(messageClass, method, id, []))).toEqual({
          class: messageClass,
          method,
          transactionId: Buffer.from(id),
          attributes: new Map(),
        });
      }),
    );
  });

  it('keeps the first of repeated attributes and none after the integrity', () => {
    const software = (text: string) => [STUN_ATTRIBUTE.software, Buffer.from(text)] as const;
    const integrity = [STUN_ATTRIBUTE.messageIntegrity, Buffer.alloc(20)] as const;
    const realm = [STUN_ATTRIBUTE.realm, Buffer.from('forged')] as const;
    const attributes = [software('first'), software('second'), integrity, realm];
    const message = decoded(encodeStunMessage('success', 1, id, attributes));
    expect(softwareOf(message)).toBe('first');
    expect(message.attributes.has(STUN_ATTRIBUTE.realm)).toBe(false);
  });

  it('reads an error with its code and reason', () => {
    const value = Buffer.from([0, 0, 4, 38, ...Buffer.from('Stale Nonce')]);
    const message = decoded(encodeStunMessage('error', 3, id, [[STUN_ATTRIBUTE.errorCode, value]]));
    expect(errorOf(message)).toEqual({ code: 438, reason: 'Stale Nonce' });
  });

  it('has nothing to say about what a message does not carry', () => {
    const message = decoded(encodeBindingRequest(id));
    for (const read of readers) expect(read(message)).toBeUndefined();
  });

  it('refuses what is cut short, too long or not STUN', () => {
    const data = encodeAllocateRequest(id, { credential });
    expect(decodeStunMessage(data.subarray(0, -1))).toBeUndefined();
    expect(decodeStunMessage(Buffer.concat([data, Buffer.alloc(4)]))).toBeUndefined();
    expect(decodeStunMessage(Buffer.from('GET / HTTP/1.1\r\nhost: relay\r\n\r\n'))).toBeUndefined();
    const channelData = Buffer.from(data);
    channelData.writeUInt8(0x40, 0);
    expect(decodeStunMessage(channelData)).toBeUndefined();
    const lyingLength = Buffer.from(data);
    lyingLength.writeUInt16BE(0xfff0, 22);
    expect(decodeStunMessage(lyingLength)).toBeUndefined();
  });

  it('never throws, whatever comes, and neither do the readers', () => {
    const valid = encodeAllocateRequest(id, { lifetimeSeconds: 600, credential });
    const damaged = fc
      .tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(valid.length))
      .map(([at, byte, length]) => {
        const data = Buffer.from(valid);
        data.writeUInt8(byte, at);
        return data.subarray(0, length);
      });
    const plausible = fc
      .array(fc.tuple(fc.constantFrom(...Object.values(STUN_ATTRIBUTE)), fc.uint8Array({ maxLength: 24 })))
      .map((attributes) => encodeStunMessage('error', 3, id, attributes));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged, plausible), (data) => {
        hasIntegrity(data, key);
        const message = decodeStunMessage(data);
        expect(message === undefined || stunMessageBytes(data) === data.length).toBe(true);
        if (message) for (const read of readers) read(message);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('stunMessageBytes', () => {
  it('knows a message on a stream from its header alone', () => {
    const data = encodeAllocateRequest(id, { credential });
    expect(stunMessageBytes(data.subarray(0, 20))).toBe(data.length);
    expect(stunMessageBytes(data.subarray(0, 19))).toBeUndefined();
  });
});

describe('XOR addresses', () => {
  it('come back as they went, IPv6 in canonical form', () => {
    const canonical = (address: string) =>
      address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
    const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6()).map(canonical);
    fc.assert(
      fc.property(anyAddress, fc.integer({ min: 0, max: 65_535 }), anyId, (address, port, id) => {
        expect(decodeXorAddress(encodeXorAddress({ address, port }, id), id)).toEqual({ address, port });
      }),
    );
  });
});

function decoded(data: Uint8Array): StunMessage {
  const message = decodeStunMessage(data);
  if (!message) throw new Error('no STUN message');
  return message;
}
