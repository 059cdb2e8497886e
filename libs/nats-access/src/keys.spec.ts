import { describe, expect, it } from '@jest/globals';
import { isSignedBy, newSealKey, newUserKey, publicKeyOf, sealTo, signText } from './keys.js';

describe('a signature', () => {
  it('is of one key and one text', () => {
    const [key, other] = [newUserKey(), newUserKey()];
    const signature = signText('text', key.seed);
    expect(publicKeyOf(key.seed)).toBe(key.id);
    expect(isSignedBy(key.id, 'text', signature)).toBe(true);
    expect(isSignedBy(key.id, 'other text', signature)).toBe(false);
    expect(isSignedBy(other.id, 'text', signature)).toBe(false);
    expect(isSignedBy('no key', 'text', signature)).toBe(false);
    expect(isSignedBy(key.id, 'text', 'no signature')).toBe(false);
  });
});

describe('a sealed text', () => {
  it('is read by who it was sealed to, and by nobody else', () => {
    const [key, other] = [newSealKey(), newSealKey()];
    const sealed = sealTo(key.id, 'a secret');
    expect(JSON.stringify(sealed)).not.toContain('a secret');
    expect(key.open(sealed)).toBe('a secret');
    expect(other.open(sealed)).toBeUndefined();
    expect(key.open({ ...sealed, sealedBy: other.id })).toBeUndefined();
    expect(key.open({ ...sealed, sealed: 'nothing' })).toBeUndefined();
  });
});
