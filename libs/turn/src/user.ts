import { hash } from 'node:crypto';

const PLAIN = /^[A-Za-z0-9._-]{1,64}$/;
const HASH_CHARACTERS = 16;

/**
 * The user part of a TURN user name for any id: the id itself where coturn and eturnal accept it, else
 * `u-` and 16 hex digits of its SHA-256, the same for the same id. coturn refuses quotes, white space and
 * backslashes, and, taking it for SQL, every name with both "union" and "select" in it.
 */
export function turnUser(id: string): string {
  return PLAIN.test(id) && !looksLikeSql(id) ? id : `u-${sha256(id).slice(0, HASH_CHARACTERS)}`;
}

const USER_HASH_CHARACTERS = 8;

/** What of a user name may be kept to find it again: the first 8 hex digits of its SHA-256. @param user see `turnUser`. */
export function userHash(user: string): string {
  return sha256(user).slice(0, USER_HASH_CHARACTERS);
}

function looksLikeSql(id: string): boolean {
  const lower = id.toLowerCase();
  return lower.includes('union') && lower.includes('select');
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
