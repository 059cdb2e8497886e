import { createHash } from 'node:crypto';
import type { Scope } from '@spillway/contracts';
import type { ApiKeys } from '../auth/api-keys.js';

/** The keys every router of a spec knows: what one sends, and what it is allowed. */
export const KEYS = {
  client: { key: 'client-key', scopes: ['issue'] },
  server: { key: 'server-key', scopes: ['issue', 'on-behalf'] },
  operator: { key: 'operator-key', scopes: ['issue', 'on-behalf', 'admin'] },
  watcher: { key: 'watcher-key', scopes: ['admin'] },
  local: { key: 'local-key', scopes: ['issue'], loopbackOnly: true },
} as const satisfies Record<string, { key: string; scopes: Scope[]; loopbackOnly?: boolean }>;
export type KeyName = keyof typeof KEYS;

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** As they stand in API_KEYS_FILE. */
export function keyEntries(): ConstructorParameters<typeof ApiKeys>[0] {
  return Object.entries(KEYS).map(([name, key]) => ({
    name,
    sha256: sha256(key.key),
    scopes: [...key.scopes],
    loopbackOnly: 'loopbackOnly' in key,
  }));
}

export const bearer = (name: KeyName) => `Bearer ${KEYS[name].key}`;

export const isKeyName = (name: string): name is KeyName => Object.hasOwn(KEYS, name);
