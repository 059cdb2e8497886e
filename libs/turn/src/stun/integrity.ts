import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { HEADER_BYTES, STUN_ATTRIBUTE } from './message.js';

/** Type and length, before an attribute's value. */
const ATTRIBUTE_HEADER_BYTES = 4;
const SHA1_BYTES = 20;

/** A user name and password with the server's challenge to them, RFC 8489 §9.2. */
export interface LongTermCredential {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly nonce: string;
}

/** RFC 8489 §9.2.2: MD5(username ":" realm ":" password), the key of MESSAGE-INTEGRITY. */
export function longTermKey({
  username,
  realm,
  password,
}: Pick<LongTermCredential, 'username' | 'realm' | 'password'>): Buffer {
  return createHash('md5').update(`${username}:${realm}:${password}`).digest();
}

/** Appends MESSAGE-INTEGRITY to a whole message, RFC 8489 §14.5. */
export function signMessage(message: Buffer, key: Uint8Array): Buffer {
  const header = Buffer.alloc(ATTRIBUTE_HEADER_BYTES);
  header.writeUInt16BE(STUN_ATTRIBUTE.messageIntegrity, 0);
  header.writeUInt16BE(SHA1_BYTES, 2);
  const signed = Buffer.concat([message, header, digest(message, key)]);
  signed.writeUInt16BE(signed.length - HEADER_BYTES, 2);
  return signed;
}

/** Whether a message carries a MESSAGE-INTEGRITY that `key` made. */
export function hasIntegrity(message: Uint8Array, key: Uint8Array): boolean {
  const data = Buffer.from(message);
  let offset = HEADER_BYTES;
  while (offset + ATTRIBUTE_HEADER_BYTES <= data.length) {
    const length = data.readUInt16BE(offset + 2);
    if (data.readUInt16BE(offset) === STUN_ATTRIBUTE.messageIntegrity) {
      const value = data.subarray(offset + ATTRIBUTE_HEADER_BYTES).subarray(0, length);
      return value.length === SHA1_BYTES && timingSafeEqual(value, digest(data.subarray(0, offset), key));
    }
    offset += ATTRIBUTE_HEADER_BYTES + Math.ceil(length / 4) * 4;
  }
  return false;
}

/** HMAC over what stands before MESSAGE-INTEGRITY, with a length as if the message ended just after it. */
function digest(before: Buffer, key: Uint8Array): Buffer {
  const signed = Buffer.from(before);
  signed.writeUInt16BE(before.length - HEADER_BYTES + ATTRIBUTE_HEADER_BYTES + SHA1_BYTES, 2);
  return createHmac('sha1', key).update(signed).digest();
}
