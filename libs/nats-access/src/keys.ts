import { createUser, fmtCreds, fromPublic, fromSeed, parseCreds } from '@nats-io/jwt';
import { createCurve } from '@nats-io/nkeys';
import type { NewKey } from './accounts.js';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** For a user who keeps the seed to itself and has the public half signed. */
export function newUserKey(): NewKey {
  const key = createUser();
  return { seed: decode(key.getSeed()), id: key.getPublicKey() };
}

export const publicKeyOf = (seed: string): string => fromSeed(encode(seed)).getPublicKey();

/** The contents of a `.creds` file: secret. */
export const toCredentials = (jwt: string, seed: string): string =>
  decode(fmtCreds(jwt, fromSeed(encode(seed))));

/** @returns `undefined` for what is no `.creds` file. */
export async function readCredentials(
  text: string,
): Promise<{ readonly jwt: string; readonly seed: string } | undefined> {
  const parsed = await parseCreds(encode(text)).catch(() => undefined);
  return parsed && { jwt: parsed.jwt, seed: parsed.key };
}

/**
 * The same key answers NATS servers, who have clients sign any nonce they like. A nonce is signed as UTF-8, in which
 * this byte does not occur: no server can have a text signed in this way.
 */
const NO_NONCE = Buffer.from([0xff]);
const signedBytes = (text: string) => Buffer.concat([NO_NONCE, encode(text)]);

/** @returns base64url. */
export const signText = (text: string, seed: string): string =>
  Buffer.from(fromSeed(encode(seed)).sign(signedBytes(text))).toString('base64url');

export function isSignedBy(userId: string, text: string, signature: string): boolean {
  try {
    return fromPublic(userId).verify(signedBytes(text), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** For one answer that nobody but us can read. */
export interface SealKey {
  readonly id: string;
  /** @returns `undefined` for what was not sealed to this key by that one. */
  open(sealed: Sealed): string | undefined;
}

export interface Sealed {
  /** Base64. */
  readonly sealed: string;
  /** Public half of the key that sealed it. */
  readonly sealedBy: string;
}

export function newSealKey(): SealKey {
  const key = createCurve();
  return {
    id: key.getPublicKey(),
    open: ({ sealed, sealedBy }) => {
      try {
        const opened = key.open(Buffer.from(sealed, 'base64'), sealedBy);
        return opened === null ? undefined : decode(opened);
      } catch {
        return undefined;
      }
    },
  };
}

/** With a key of its own, which is thrown away. */
export function sealTo(id: string, text: string): Sealed {
  const key = createCurve();
  return {
    sealed: Buffer.from(key.seal(encode(text), id)).toString('base64'),
    sealedBy: key.getPublicKey(),
  };
}
