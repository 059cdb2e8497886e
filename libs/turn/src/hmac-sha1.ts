import { createHmac, hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 20;
/** Bytes of a message that are signed the fast way. */
const MAX_MESSAGE_BYTES = 512;

/** Where messages are put together: signing never waits, so one of each is enough. */
const inner = Buffer.alloc(BLOCK_BYTES + MAX_MESSAGE_BYTES);
const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

/**
 * HMAC-SHA1 (RFC 2104) with one key for many messages: the padded keys are kept, so a signature is two one-shot
 * hashes. `createHmac` builds a native object for every signature, which takes longer (`npm run bench`).
 */
export class HmacSha1 {
  /** The key padded for the inner hash, then for the outer. */
  private readonly pads = Buffer.alloc(2 * BLOCK_BYTES);

  constructor(private readonly key: string) {
    const bytes = Buffer.from(key);
    (bytes.length > BLOCK_BYTES ? hash('sha1', bytes, 'buffer') : bytes).copy(this.pads);
    this.pads.copy(this.pads, BLOCK_BYTES, 0, BLOCK_BYTES);
    this.pads.forEach((byte, i, pads) => (pads[i] = byte ^ (i < BLOCK_BYTES ? 0x36 : 0x5c)));
  }

  /** @returns the signature in base64. */
  sign(message: string): string {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    if (message.length * 3 > MAX_MESSAGE_BYTES) {
      return createHmac('sha1', this.key).update(message).digest('base64');
    }
    this.pads.copy(inner, 0, 0, BLOCK_BYTES);
    const end = BLOCK_BYTES + inner.write(message, BLOCK_BYTES);
    this.pads.copy(outer, 0, BLOCK_BYTES);
    outer.write(hash('sha1', inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'binary');
    return hash('sha1', outer, 'base64');
  }
}
