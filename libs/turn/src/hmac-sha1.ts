import { hash } from 'node:crypto';
import { BLOCK_BYTES, BLOCK_WORDS, compress, INITIAL_STATE, schedule, STATE_WORDS } from './sha1.js';

const DIGEST_BYTES = 4 * STATE_WORDS;
/** Marks the end of a message: a bit that is set, FIPS 180-4 §5.1.1. */
const END_BYTE = 0x80;
/** What follows a message takes: the mark, and its length in bits. */
const PADDING_BYTES = 9;
const LAST_OF_ASCII = 0x7f;
/** Words from one key to the next: a line of the processor's cache. */
const KEY_WORDS = 16;
const EDITION = 2 * STATE_WORDS;

/** Where signatures are put together: signing never waits, so one of each is enough. */
const state = new Int32Array(STATE_WORDS);
const digest = Buffer.alloc(DIGEST_BYTES);
/** By a name that is not imported V8 knows which array it is, and what its bounds are. */
const input = schedule;

/**
 * HMAC-SHA1 (RFC 2104) with many keys for many messages: what hashing begins with is the padded key, and the states after
 * it are kept, so that a signature of a short message takes two blocks of SHA-1. `createHmac` builds a native object for
 * every signature, which took twice as long when the two were measured side by side. Keys are side by side: of many,
 * the one that is needed is in no cache of the processor, and is one look into memory.
 */
export class HmacKeys {
  /** Of each key the state after it padded for the inner hash, then for the outer, and its edition. */
  private words = new Int32Array(KEY_WORDS);

  /**
   * @param index from 0; those before it take their place too.
   * @param edition what tells this key from those that were there before; 32 bits, not 0.
   */
  set(index: number, key: string, edition: number): void {
    const bytes = Buffer.from(key);
    const block = Buffer.alloc(BLOCK_BYTES);
    (bytes.length > BLOCK_BYTES ? hash('sha1', bytes, 'buffer') : bytes).copy(block);
    const from = KEY_WORDS * index;
    this.makeRoom(from + KEY_WORDS);
    this.words.set(stateAfter(block, 0x36363636), from);
    this.words.set(stateAfter(block, 0x5c5c5c5c), from + STATE_WORDS);
    this.words[from + EDITION] = edition;
  }

  /** Of the key at `index`; 0 where there is none. */
  editionOf(index: number): number {
    return this.words[KEY_WORDS * index + EDITION] ?? 0;
  }

  /** @returns the signature with the key at `index`, in base64. */
  sign(index: number, message: string): string {
    const { words } = this;
    const from = KEY_WORDS * index;
    const begin = () => {
      for (let i = 0; i < STATE_WORDS; i++) state[i] = words[from + i] ?? 0;
    };
    begin();
    if (!takeCharacters(message, LAST_OF_ASCII)) {
      begin();
      takeCharacters(Buffer.from(message).toString('latin1'), 0xff);
    }
    for (let i = 0; i < STATE_WORDS; i++) {
      input[i] = state[i] ?? 0;
      state[i] = words[from + STATE_WORDS + i] ?? 0;
    }
    for (let i = STATE_WORDS + 1; i < BLOCK_WORDS; i++) input[i] = 0;
    input[STATE_WORDS] = END_BYTE << 24;
    input[BLOCK_WORDS - 1] = 8 * (BLOCK_BYTES + DIGEST_BYTES);
    compress(state);
    for (let i = 0; i < DIGEST_BYTES; i++) digest[i] = (state[i >> 2] ?? 0) >>> (24 - 8 * (i & 3));
    return digest.toString('base64');
  }

  private makeRoom(length: number): void {
    if (length <= this.words.length) return;
    const words = new Int32Array(Math.max(length, 2 * this.words.length));
    words.set(this.words);
    this.words = words;
  }
}

/** One key. */
export class HmacSha1 {
  private readonly keys = new HmacKeys();

  constructor(key: string) {
    this.keys.set(0, key, 1);
  }

  /** @returns the signature in base64. */
  sign(message: string): string {
    return this.keys.sign(0, message);
  }
}

function stateAfter(block: Buffer, pad: number): Int32Array {
  const after = Int32Array.from(INITIAL_STATE);
  for (let i = 0; i < BLOCK_WORDS; i++) input[i] = block.readInt32BE(4 * i) ^ pad;
  compress(after);
  return after;
}

/**
 * Takes a message of a byte a character, after one block before it, and what ends it into `state`.
 * @returns false where a character is above `last`.
 */
function takeCharacters(message: string, last: number): boolean {
  const { length } = message;
  const end = Math.ceil((length + PADDING_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  for (let from = 0; from < end; from += BLOCK_BYTES) {
    for (let i = 0; i < BLOCK_WORDS; i++) input[i] = 0;
    const to = Math.min(length, from + BLOCK_BYTES);
    let seen = 0;
    for (let i = from; i < to; i++) {
      const code = message.charCodeAt(i);
      seen |= code;
      putByte(i - from, code);
    }
    if (seen > last) return false;
    if (length >= from && length < from + BLOCK_BYTES) putByte(length - from, END_BYTE);
    if (from + BLOCK_BYTES === end) input[BLOCK_WORDS - 1] = 8 * (BLOCK_BYTES + length);
    compress(state);
  }
  return true;
}

/** Of a block that was all zero. */
function putByte(index: number, byte: number): void {
  input[index >> 2] = (input[index >> 2] ?? 0) | (byte << (24 - 8 * (index & 3)));
}
