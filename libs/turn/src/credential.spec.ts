import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { deriveNodeSecret, mintCredential } from './credential.js';

/**
 * The expected values were computed with other software, `openssl kdf … HKDF`, `openssl dgst -sha1 -hmac` (3.0)
 * and Python's `hmac`, which agree.
 */
describe('deriveNodeSecret', () => {
  it('is HKDF-SHA256 of the master with the node as salt', () => {
    expect(deriveNodeSecret('master', 'use1-a1', 1)).toBe('lfxQBhAPSbbGKJwzTHiLeFjcHpqVgc23jbzb9Fr-YGA');
  });

  it('gives another secret in another epoch', () => {
    expect(deriveNodeSecret('master', 'use1-a1', 2)).toBe('FgAitOlckjnCuf26rLKgOy1xXwW_OQXeAZoe_-8-Xaw');
  });

  it('gives every node, master and epoch a secret of its own that fits a configuration file', () => {
    const input = fc.tuple(fc.string(), fc.string({ maxLength: 64 }), fc.nat());
    fc.assert(
      fc.property(input, input, (a, b) => {
        const [secretA, secretB] = [deriveNodeSecret(...a), deriveNodeSecret(...b)];
        expect(secretA).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(secretA === secretB).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

describe('mintCredential', () => {
  it('signs "<expiry>:<user>" with HMAC-SHA1', () => {
    expect(mintCredential('not-a-real-secret', 'alice', 1_795_342_200)).toEqual({
      username: '1795342200:alice',
      credential: '5a0ubO5HIrh56oaVYDq33nnGTno=',
    });
  });

  it('takes a derived node secret as it is', () => {
    const secret = deriveNodeSecret('master', 'use1-a1', 1);
    expect(mintCredential(secret, 'alice', 1_795_342_200).credential).toBe('dBNGltBLiWPqYUpTgBEsBasveRo=');
  });
});
