import { describe, expect, it } from '@jest/globals';
import { fromPublic } from '@nats-io/nkeys';
import { nkeyAuthenticator } from '@nats-io/transport-node';
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

  it('is never what a NATS client signs, whatever nonce a server makes up', () => {
    const key = newUserKey();
    const ask = JSON.stringify({ nodeKey: key.id, sealTo: newSealKey().id });
    const signIn = nkeyAuthenticator(new TextEncoder().encode(key.seed));
    for (const nonce of [ask, `\u00ff${ask}`, `\ufffd${ask}`, `\ud800${ask}`]) {
      const signed = signIn(nonce);
      const sig = (signed && 'sig' in signed && signed.sig) || '';
      expect(fromPublic(key.id).verify(Buffer.from(nonce), Buffer.from(sig, 'base64url'))).toBe(true);
      expect(isSignedBy(key.id, ask, sig)).toBe(false);
    }
    expect(isSignedBy(key.id, ask, signText(ask, key.seed))).toBe(true);
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
