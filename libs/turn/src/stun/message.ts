/** The four classes of RFC 8489 §5, by their two bits. */
export const STUN_CLASSES = ['request', 'indication', 'success', 'error'] as const;
export type StunClass = (typeof STUN_CLASSES)[number];

/** RFC 8489 §18.2 and RFC 8656 §17. */
export const STUN_METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  createPermission: 0x008,
} as const;

/** RFC 8489 §18.3 and RFC 8656 §18. */
export const STUN_ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
  software: 0x8022,
} as const;

/** RFC 8489 §5: sets STUN apart from other protocols on the same port. */
export const MAGIC_COOKIE = 0x2112a442;
export const HEADER_BYTES = 20;
export const TRANSACTION_ID_BYTES = 12;

export interface StunMessage {
  readonly class: StunClass;
  /** One of `STUN_METHOD`, or another 12-bit number. */
  readonly method: number;
  /** 12 bytes. */
  readonly transactionId: Buffer;
  /** By type, the first of each: RFC 8489 §14 lets a receiver ignore repetitions. */
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** A transport address: an IPv4 or IPv6 address and a port. */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}
