import { createUser, encodeUser, fmtCreds, fromSeed } from '@nats-io/jwt';
import { nameOf, tagsOf, type Identity } from './roles.js';

export interface IssueOptions {
  /** Public key of the account. */
  readonly account: string;
  /** Seed of the role's signing key. */
  readonly signerSeed: string;
  /** Seconds since the epoch; never, unless given. */
  readonly expiresAt?: number;
}

/** A user's credentials. */
export interface Issued {
  /** Public key. */
  readonly id: string;
  /** The contents of a `.creds` file: secret. */
  readonly credentials: string;
}

const encoder = new TextEncoder();

/** Makes a new user; what it may do is in the account, by the key that signs. */
export async function issueCredentials(identity: Identity, options: IssueOptions): Promise<Issued> {
  const user = createUser();
  const jwt = await signUser(identity, user.getPublicKey(), options);
  return { id: user.getPublicKey(), credentials: new TextDecoder().decode(fmtCreds(jwt, user)) };
}

/** Signs for a key that somebody else made and keeps. */
export function signUser(
  identity: Identity,
  userId: string,
  { account, signerSeed, expiresAt }: IssueOptions,
  moreTags: readonly string[] = [],
): Promise<string> {
  const signer = fromSeed(encoder.encode(signerSeed));
  const expiry = expiresAt === undefined ? {} : { exp: expiresAt };
  return encodeUser(
    nameOf(identity),
    userId,
    account,
    { tags: [...tagsOf(identity), ...moreTags] },
    { signer, scopedUser: true, ...expiry },
  );
}

/** For who tells servers of accounts; it may do all in the system's account and nothing elsewhere. */
export async function issueSystemCredentials(systemSeed: string): Promise<Issued> {
  const user = createUser();
  const jwt = await encodeUser('system', user, fromSeed(encoder.encode(systemSeed)));
  return { id: user.getPublicKey(), credentials: new TextDecoder().decode(fmtCreds(jwt, user)) };
}
