import { hkdfSync } from 'node:crypto';
import { HmacSha1 } from './hmac-sha1.js';

/** Bytes of a node's secret: the output of one SHA-256, as RFC 5869 advises for keys. */
const SECRET_BYTES = 32;

/**
 * The secret of one node, so that a node that is broken into gives away no other node's credentials:
 * base64url(HKDF-SHA256(master, salt = nodeId, info = "spillway/turn/<epoch>", 32 bytes)), RFC 5869.
 * Raising the epoch gives every node a new secret from the same master.
 */
export function deriveNodeSecret(master: string, nodeId: string, epoch: number): string {
  const secret = hkdfSync('sha256', master, nodeId, `spillway/turn/${epoch}`, SECRET_BYTES);
  return Buffer.from(secret).toString('base64url');
}

/** A time-limited long-term credential: what `RTCIceServer` calls `username` and `credential`. */
export interface TurnCredential {
  readonly username: string;
  readonly credential: string;
}

/**
 * A credential that `secret`'s node accepts until `expiresAtSeconds` (whole seconds since the epoch), by
 * draft-uberti-behave-turn-rest-00 §2.2: username `<expiry>:<user>`, credential base64(HMAC-SHA1(secret, username)).
 * SHA-1 because coturn and eturnal verify nothing else. Whoever mints many for one node keeps the `HmacSha1` of
 * its secret. `user` must have gone through `turnUser`.
 */
export function mintCredential(
  secret: string | Pick<HmacSha1, 'sign'>,
  user: string,
  expiresAtSeconds: number,
): TurnCredential {
  const hmac = typeof secret === 'string' ? new HmacSha1(secret) : secret;
  const username = `${expiresAtSeconds}:${user}`;
  return { username, credential: hmac.sign(username) };
}
