import { ACCOUNT_OF, ROLES, type AccountName, type Directory, type Role } from '@spillway/nats-access';
import type { IssuedRecord } from './key-folder.js';
import { KeysError } from './keys-error.js';

export interface Revocation {
  readonly directory: Directory;
  /** What is not taken any more. */
  readonly revoked: readonly IssuedRecord[];
}

/**
 * The directory without the credentials of one name.
 * @param keepNewest all but those that were issued last: these were put in place before.
 * @param now seconds since the epoch: what was issued until then is not taken any more.
 * @throws {KeysError} when there are none.
 */
export function revoke(
  directory: Directory,
  issued: readonly IssuedRecord[],
  name: string,
  keepNewest: boolean,
  now: number,
): Revocation {
  const role = roleIn(name);
  const all = issued.filter((each) => each.name === name);
  const revoked = keepNewest ? all.slice(0, -1) : all;
  if (!role || all.length === 0)
    throw new KeysError(
      'unknown-key',
      `no credentials of ${name} were issued from here: see spillway keys list`,
    );
  const account = ACCOUNT_OF[role];
  return {
    directory: withRevoked(
      directory,
      account,
      revoked.map(({ id }) => id),
      now,
    ),
    revoked,
  };
}

/**
 * The same for credentials that were not issued from here, such as those of a node that enrolled.
 * @param key the public key they are made out to.
 */
export function revokeKey(directory: Directory, name: string, key: string, now: number): Directory {
  const role = roleIn(name);
  if (!role) throw new KeysError('unknown-key', `${name} begins with no role: see spillway keys --help`);
  return withRevoked(directory, ACCOUNT_OF[role], [key], now);
}

function withRevoked(
  directory: Directory,
  account: AccountName,
  keys: readonly string[],
  now: number,
): Directory {
  const added = Object.fromEntries(keys.map((key) => [key, now]));
  const revocations = { ...directory.revocations[account], ...added };
  return { ...directory, revocations: { ...directory.revocations, [account]: revocations } };
}

/** The role that a name begins with. */
export function roleIn(name: string): Role | undefined {
  const [first] = name.split('.');
  return ROLES.find((role) => role === first);
}
