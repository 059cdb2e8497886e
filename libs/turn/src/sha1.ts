/** Words of a state, and of a block. */
export const STATE_WORDS = 5;
export const BLOCK_WORDS = 16;
export const BLOCK_BYTES = 4 * BLOCK_WORDS;

/** FIPS 180-4 §5.3.1. */
export const INITIAL_STATE: readonly number[] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

const words = new Int32Array(80);
/** The message schedule: a block is put into its first words, then `compress` is called. */
export const schedule = words;

const at = (array: Int32Array, index: number) => array[index] ?? 0;
const rotated = (word: number, by: number) => (word << by) | (word >>> (32 - by));
const choice = (b: number, c: number, d: number) => d ^ (b & (c ^ d));
const parity = (b: number, c: number, d: number) => b ^ c ^ d;
const majority = (b: number, c: number, d: number) => (b & c) | (d & (b | c));

/**
 * Takes the block in `schedule` into a state: the compression function of SHA-1, FIPS 180-4 §6.1.2. No branch and no
 * address depends on what is hashed. Four loops, because one that asks in every round which it is takes twice as long.
 */
export function compress(state: Int32Array): void {
  // Not by its exported name: only then does V8 know which array it is, and what its bounds are.
  const w = words;
  for (let t = BLOCK_WORDS; t < 80; t++)
    w[t] = rotated(at(w, t - 3) ^ at(w, t - 8) ^ at(w, t - 14) ^ at(w, t - 16), 1);
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let next = 0;
  for (let t = 0; t < 20; t++) {
    next = (rotated(a, 5) + choice(b, c, d) + e + at(w, t) + 0x5a827999) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  for (let t = 20; t < 40; t++) {
    next = (rotated(a, 5) + parity(b, c, d) + e + at(w, t) + 0x6ed9eba1) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  for (let t = 40; t < 60; t++) {
    next = (rotated(a, 5) + majority(b, c, d) + e + at(w, t) + (0x8f1bbcdc | 0)) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  for (let t = 60; t < 80; t++) {
    next = (rotated(a, 5) + parity(b, c, d) + e + at(w, t) + (0xca62c1d6 | 0)) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
}
