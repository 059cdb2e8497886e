import { ACCOUNT_OF, ROLES, type Directory, type Role } from '@spillway/nats-access';
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
  const revocations = { ...directory.revocations[account] };
  for (const { id } of revoked) revocations[id] = now;
  return {
    directory: { ...directory, revocations: { ...directory.revocations, [account]: revocations } },
    revoked,
  };
}

/** The role that a name begins with. */
export function roleIn(name: string): Role | undefined {
  const [first] = name.split('.');
  return ROLES.find((role) => role === first);
}
