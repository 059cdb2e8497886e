import { createHmac, hash } from 'node:crypto';
import { BLOCK_BYTES, BLOCK_WORDS, compress, INITIAL_STATE, schedule, STATE_WORDS } from './sha1.js';

const DIGEST_BYTES = 4 * STATE_WORDS;
/** Marks the end of a message: a bit that is set, FIPS 180-4 §5.1.1. */
const END_BYTE = 0x80;
/** What follows a message takes: the mark, and its length in bits. */
const PADDING_BYTES = 9;

/** Where signatures are put together: signing never waits, so one of each is enough. */
const state = new Int32Array(STATE_WORDS);
const digest = Buffer.alloc(DIGEST_BYTES);

/**
 * HMAC-SHA1 (RFC 2104) with one key for many messages: what hashing begins with is the padded key, and the states after
 * it are kept, so that a signature of a short message takes two blocks of SHA-1. `createHmac` builds a native object for
 * every signature, which took twice as long when the two were measured side by side.
 */
export class HmacSha1 {
  /** The state after the key padded for the inner hash, then for the outer: in one place, for the processor's cache. */
  private readonly states = new Int32Array(2 * STATE_WORDS);

  constructor(private readonly key: string) {
    const bytes = Buffer.from(key);
    const block = Buffer.alloc(BLOCK_BYTES);
    (bytes.length > BLOCK_BYTES ? hash('sha1', bytes, 'buffer') : bytes).copy(block);
    this.states.set(stateAfter(block, 0x36363636));
    this.states.set(stateAfter(block, 0x5c5c5c5c), STATE_WORDS);
  }

  /** @returns the signature in base64. */
  sign(message: string): string {
    for (let i = 0; i < STATE_WORDS; i++) state[i] = this.states[i] ?? 0;
    if (!takeAscii(message)) return createHmac('sha1', this.key).update(message).digest('base64');
    for (let i = 0; i < STATE_WORDS; i++) {
      schedule[i] = state[i] ?? 0;
      state[i] = this.states[STATE_WORDS + i] ?? 0;
    }
    for (let i = STATE_WORDS + 1; i < BLOCK_WORDS; i++) schedule[i] = 0;
    schedule[STATE_WORDS] = END_BYTE << 24;
    schedule[BLOCK_WORDS - 1] = 8 * (BLOCK_BYTES + DIGEST_BYTES);
    compress(state);
    for (let i = 0; i < DIGEST_BYTES; i++) digest[i] = (state[i >> 2] ?? 0) >>> (24 - 8 * (i & 3));
    return digest.toString('base64');
  }
}

function stateAfter(block: Buffer, pad: number): Int32Array {
  const after = Int32Array.from(INITIAL_STATE);
  for (let i = 0; i < BLOCK_WORDS; i++) schedule[i] = block.readInt32BE(4 * i) ^ pad;
  compress(after);
  return after;
}

/** Takes a message, after one block before it, and what ends it into `state`. @returns false where it is not ASCII. */
function takeAscii(message: string): boolean {
  const { length } = message;
  const end = Math.ceil((length + PADDING_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  for (let from = 0; from < end; from += BLOCK_BYTES) {
    for (let i = 0; i < BLOCK_WORDS; i++) schedule[i] = 0;
    const to = Math.min(length, from + BLOCK_BYTES);
    let seen = 0;
    for (let i = from; i < to; i++) {
      const code = message.charCodeAt(i);
      seen |= code;
      putByte(i - from, code);
    }
    if (seen > 0x7f) return false;
    if (length >= from && length < from + BLOCK_BYTES) putByte(length - from, END_BYTE);
    if (from + BLOCK_BYTES === end) schedule[BLOCK_WORDS - 1] = 8 * (BLOCK_BYTES + length);
    compress(state);
  }
  return true;
}

/** Of a block that was all zero. */
function putByte(index: number, byte: number): void {
  schedule[index >> 2] = (schedule[index >> 2] ?? 0) | (byte << (24 - 8 * (index & 3)));
}
