import { encodeXorAddress } from './address.js';
import { longTermKey, signMessage, type LongTermCredential } from './integrity.js';
import {
  HEADER_BYTES,
  MAGIC_COOKIE,
  STUN_ATTRIBUTE,
  STUN_CLASSES,
  STUN_METHOD,
  TRANSACTION_ID_BYTES,
  type StunClass,
  type TransportAddress,
} from './message.js';

/** IANA protocol number of UDP: the only relayed transport of RFC 8656. */
const UDP = 17;

type Attribute = readonly [type: number, value: Uint8Array];

export interface AllocateOptions {
  /** Seconds the allocation lives without a refresh; the server's default (600) unless told. */
  readonly lifetimeSeconds?: number;
  /** Absent in a first request, which the server answers with its challenge; here and below. */
  readonly credential?: LongTermCredential;
}

export interface RefreshOptions {
  /** 0 ends the allocation. */
  readonly lifetimeSeconds: number;
  readonly credential?: LongTermCredential;
}

export interface CreatePermissionOptions {
  /** Its port is ignored by the server: permissions are per address. */
  readonly peer: TransportAddress;
  readonly credential?: LongTermCredential;
}

/** `transactionId`: 12 random bytes, here and below. */
export function encodeBindingRequest(transactionId: Uint8Array): Buffer {
  return encodeStunMessage('request', STUN_METHOD.binding, transactionId, []);
}

/** RFC 8656 §7.1: asks for a relayed UDP address. */
export function encodeAllocateRequest(transactionId: Uint8Array, options: AllocateOptions = {}): Buffer {
  const { lifetimeSeconds, credential } = options;
  const attributes: Attribute[] = [[STUN_ATTRIBUTE.requestedTransport, Uint8Array.of(UDP, 0, 0, 0)]];
  if (lifetimeSeconds !== undefined) attributes.push([STUN_ATTRIBUTE.lifetime, uint32(lifetimeSeconds)]);
  return encodeRequest(STUN_METHOD.allocate, transactionId, attributes, credential);
}

/** RFC 8656 §8.1: prolongs or ends an allocation. */
export function encodeRefreshRequest(transactionId: Uint8Array, options: RefreshOptions): Buffer {
  const attributes: Attribute[] = [[STUN_ATTRIBUTE.lifetime, uint32(options.lifetimeSeconds)]];
  return encodeRequest(STUN_METHOD.refresh, transactionId, attributes, options.credential);
}

/** RFC 8656 §10.1: lets a peer's address send through an allocation, if the server allows that peer. */
export function encodeCreatePermissionRequest(
  transactionId: Uint8Array,
  { peer, credential }: CreatePermissionOptions,
): Buffer {
  const attributes: Attribute[] = [[STUN_ATTRIBUTE.xorPeerAddress, encodeXorAddress(peer, transactionId)]];
  return encodeRequest(STUN_METHOD.createPermission, transactionId, attributes, credential);
}

function encodeRequest(
  method: number,
  transactionId: Uint8Array,
  attributes: readonly Attribute[],
  credential?: LongTermCredential,
): Buffer {
  if (!credential) return encodeStunMessage('request', method, transactionId, attributes);
  const { username, realm, nonce } = credential;
  const signed: Attribute[] = [
    ...attributes,
    [STUN_ATTRIBUTE.username, Buffer.from(username)],
    [STUN_ATTRIBUTE.realm, Buffer.from(realm)],
    [STUN_ATTRIBUTE.nonce, Buffer.from(nonce)],
  ];
  return signMessage(encodeStunMessage('request', method, transactionId, signed), longTermKey(credential));
}

/** Any STUN message, RFC 8489 §5 and §14, without integrity. @throws {RangeError} for an id of another length. */
export function encodeStunMessage(
  messageClass: StunClass,
  method: number,
  transactionId: Uint8Array,
  attributes: readonly Attribute[],
): Buffer {
  if (transactionId.length !== TRANSACTION_ID_BYTES) {
    throw new RangeError(
      `a STUN transaction id has ${TRANSACTION_ID_BYTES} bytes, not ${transactionId.length}`,
    );
  }
  const body = Buffer.concat(attributes.map(encodeAttribute));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(messageType(messageClass, method), 0);
  header.writeUInt16BE(body.length, 2);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  header.set(transactionId, 8);
  return Buffer.concat([header, body]);
}

/** The class's two bits sit between the method's, at bits 4 and 8 (RFC 8489 §5, figure 3). */
function messageType(messageClass: StunClass, method: number): number {
  const bits = STUN_CLASSES.indexOf(messageClass);
  const spread = (method & 0xf) | ((method & 0x70) << 1) | ((method & 0xf80) << 2);
  return spread | ((bits & 1) << 4) | ((bits & 2) << 7);
}

function encodeAttribute([type, value]: Attribute): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  padded.set(value, 4);
  return padded;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
