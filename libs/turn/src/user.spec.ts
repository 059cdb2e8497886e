import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { turnUser, userHash } from './user.js';

it('userHash is the beginning of the SHA-256 of a user (expected value from sha256sum)', () => {
  expect(userHash('alice')).toBe('2bd806c9');
});

describe('turnUser', () => {
  it('keeps an id that every server accepts', () => {
    for (const id of ['alice', 'A.b_c-9', 'x'.repeat(64), 'union', 'selection'])
      expect(turnUser(id)).toBe(id);
  });

  it('replaces any other id by a hash that is stable (expected values from Python hashlib)', () => {
    expect(turnUser('alice smith')).toBe('u-038bd15a1ecf0f7b');
    expect(turnUser('ü')).toBe('u-607474ca475a9724');
    expect(turnUser('')).toBe('u-e3b0c44298fc1c14');
  });

  it('replaces an id that coturn would take for SQL, in any case', () => {
    expect(turnUser('Union.SELECT')).toBe('u-411a8a173f92c492');
    expect(turnUser('my-selected-reunion')).toMatch(/^u-[0-9a-f]{16}$/);
  });

  it('gives every id a user that it keeps itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        const user = turnUser(id);
        expect(user).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
        expect(turnUser(user)).toBe(user);
      }),
    );
  });
});
