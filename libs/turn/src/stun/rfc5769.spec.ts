import { describe, expect, it } from '@jest/globals';
import { decodeStunMessage, mappedAddressOf, softwareOf } from './decode.js';
import { encodeStunMessage } from './encode.js';
import { hasIntegrity, longTermKey, signMessage } from './integrity.js';
import { STUN_ATTRIBUTE, STUN_METHOD } from './message.js';

/** The messages of RFC 5769 §2, and the password of the first three. */
const PASSWORD = Buffer.from('VOkJxbRl1RmTxUk/WvJxBt');
const SAMPLE_REQUEST = bytes(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74
  00240004 6e0001ff 80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf`);
const SAMPLE_IPV4_RESPONSE = bytes(`
  0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
  00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96`);
const SAMPLE_IPV6_RESPONSE = bytes(`
  01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
  00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
  00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c`);
const SAMPLE_LONG_TERM_REQUEST = bytes(`
  00010060 2112a442 78ad3433 c6ad72c0 29da412e 00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
  0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
  0014000b 6578616d 706c652e 6f726700 00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`);

describe('the test vectors of RFC 5769', () => {
  it('§2.1: a request decodes and its integrity holds', () => {
    const message = decodeStunMessage(SAMPLE_REQUEST);
    expect(message).toMatchObject({ class: 'request', method: STUN_METHOD.binding });
    expect(message?.transactionId.toString('hex')).toBe('b7e7a701bc34d686fa87dfae');
    expect(message?.attributes.get(STUN_ATTRIBUTE.username)?.toString()).toBe('evtj:h6vY');
    expect(message && softwareOf(message)).toBe('STUN test client');
    expect(hasIntegrity(SAMPLE_REQUEST, PASSWORD)).toBe(true);
  });

  it('§2.2: an IPv4 response gives its mapped address', () => {
    const message = decodeStunMessage(SAMPLE_IPV4_RESPONSE);
    expect(message).toMatchObject({ class: 'success', method: STUN_METHOD.binding });
    expect(message && softwareOf(message)).toBe('test vector');
    expect(message && mappedAddressOf(message)).toEqual({ address: '192.0.2.1', port: 32_853 });
    expect(hasIntegrity(SAMPLE_IPV4_RESPONSE, PASSWORD)).toBe(true);
  });

  it('§2.3: an IPv6 response gives its mapped address', () => {
    const message = decodeStunMessage(SAMPLE_IPV6_RESPONSE);
    expect(message && mappedAddressOf(message)).toEqual({
      address: '2001:db8:1234:5678:11:2233:4455:6677',
      port: 32_853,
    });
    expect(hasIntegrity(SAMPLE_IPV6_RESPONSE, PASSWORD)).toBe(true);
  });

  it('§2.4: a request with a long-term credential is written byte for byte', () => {
    const username = '\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9';
    const realm = 'example.org';
    const id = bytes('78ad3433 c6ad72c0 29da412e');
    const unsigned = encodeStunMessage('request', STUN_METHOD.binding, id, [
      [STUN_ATTRIBUTE.username, Buffer.from(username)],
      [STUN_ATTRIBUTE.nonce, Buffer.from('f//499k954d6OL34oL9FSTvy64sA')],
      [STUN_ATTRIBUTE.realm, Buffer.from(realm)],
    ]);
    const key = longTermKey({ username, realm, password: 'TheMatrIX' });
    expect(signMessage(unsigned, key).toString('hex')).toBe(SAMPLE_LONG_TERM_REQUEST.toString('hex'));
  });

  it('integrity fails with another key and after any change to what it covers', () => {
    expect(hasIntegrity(SAMPLE_IPV4_RESPONSE, Buffer.from('other'))).toBe(false);
    for (let i = 20; i < 48; i++) {
      const changed = Buffer.from(SAMPLE_IPV4_RESPONSE);
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
      expect(hasIntegrity(changed, PASSWORD)).toBe(false);
    }
  });
});

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
}
