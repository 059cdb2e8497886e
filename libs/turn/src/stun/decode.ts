import { decodeXorAddress } from './address.js';
import {
  HEADER_BYTES,
  MAGIC_COOKIE,
  STUN_ATTRIBUTE,
  STUN_CLASSES,
  type StunMessage,
  type TransportAddress,
} from './message.js';

/** Reads one datagram, or one message cut from a stream; `undefined` for anything but a whole STUN message. */
export function decodeStunMessage(data: Uint8Array): StunMessage | undefined {
  const message = Buffer.from(data);
  if (stunMessageBytes(message) !== message.length) return undefined;
  const attributes = decodeAttributes(message.subarray(HEADER_BYTES));
  if (!attributes) return undefined;
  const type = message.readUInt16BE(0);
  const messageClass = STUN_CLASSES[((type >> 4) & 1) | ((type >> 7) & 2)];
  if (!messageClass) return undefined;
  return {
    class: messageClass,
    method: (type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80),
    transactionId: message.subarray(8, HEADER_BYTES),
    attributes,
  };
}

/**
 * Bytes of the STUN message that begins with `data`, known from its first 20: how messages are told apart on a
 * stream (RFC 8489 §6.2.2). `undefined` while there are fewer, and where no STUN message begins.
 */
export function stunMessageBytes(data: Uint8Array): number | undefined {
  if (data.length < HEADER_BYTES) return undefined;
  const header = Buffer.from(data.subarray(0, HEADER_BYTES));
  const bodyBytes = header.readUInt16BE(2);
  const isStun = header.readUInt16BE(0) < 0x4000 && header.readUInt32BE(4) === MAGIC_COOKIE;
  return isStun && bodyBytes % 4 === 0 ? HEADER_BYTES + bodyBytes : undefined;
}

function decodeAttributes(body: Buffer): Map<number, Buffer> | undefined {
  const attributes = new Map<number, Buffer>();
  let offset = 0;
  while (offset < body.length) {
    const type = body.readUInt16BE(offset);
    const end = offset + 4 + body.readUInt16BE(offset + 2);
    if (end > body.length) return undefined;
    if (!attributes.has(type)) attributes.set(type, body.subarray(offset + 4, end));
    // What follows the integrity is not covered by it and must be ignored (RFC 8489 §14.5).
    if (type === STUN_ATTRIBUTE.messageIntegrity) break;
    offset = Math.ceil(end / 4) * 4;
  }
  return attributes;
}

/** What the server says it is, such as `Coturn-4.6.1 'Gorst'`. */
export function softwareOf(message: StunMessage): string | undefined {
  return textOf(message, STUN_ATTRIBUTE.software);
}

export interface StunError {
  /** 300–699, such as 401 Unauthenticated. */
  readonly code: number;
  readonly reason: string;
}

/** ERROR-CODE, RFC 8489 §14.8. */
export function errorOf(message: StunMessage): StunError | undefined {
  const value = message.attributes.get(STUN_ATTRIBUTE.errorCode);
  if (!value || value.length < 4) return undefined;
  const hundreds = value.readUInt8(2) & 0b111;
  // coturn ends it with a NUL.
  const reason = value.toString('utf8', 4).replace(/\0+$/, '');
  return { code: hundreds * 100 + value.readUInt8(3), reason };
}

/** The realm and nonce that the next request must carry, RFC 8489 §9.2.4. */
export function challengeOf(message: StunMessage): { realm: string; nonce: string } | undefined {
  const realm = textOf(message, STUN_ATTRIBUTE.realm);
  const nonce = textOf(message, STUN_ATTRIBUTE.nonce);
  return realm === undefined || nonce === undefined ? undefined : { realm, nonce };
}

/** The client's address as the server sees it: XOR-MAPPED-ADDRESS. */
export function mappedAddressOf(message: StunMessage): TransportAddress | undefined {
  return addressOf(message, STUN_ATTRIBUTE.xorMappedAddress);
}

/** The address peers send to: XOR-RELAYED-ADDRESS. */
export function relayedAddressOf(message: StunMessage): TransportAddress | undefined {
  return addressOf(message, STUN_ATTRIBUTE.xorRelayedAddress);
}

/** LIFETIME in seconds, RFC 8656 §18.2. */
export function lifetimeOf(message: StunMessage): number | undefined {
  const value = message.attributes.get(STUN_ATTRIBUTE.lifetime);
  return value?.length === 4 ? value.readUInt32BE(0) : undefined;
}

function addressOf(message: StunMessage, type: number): TransportAddress | undefined {
  const value = message.attributes.get(type);
  return value && decodeXorAddress(value, message.transactionId);
}

function textOf(message: StunMessage, type: number): string | undefined {
  return message.attributes.get(type)?.toString('utf8');
}
