import { z } from 'zod';
import { ROLES, type AccountName, type Role } from './roles.js';

/** All that is public of a system of keys. */
export interface Directory {
  /** Of the operator, in the server's sense: who signs the accounts. */
  readonly operator: { readonly name: string; readonly jwt: string };
  /** Public keys of the accounts. */
  readonly accounts: Readonly<Record<AccountName | 'system', string>>;
  /** Public keys that sign the credentials of a role: the last one does, the ones before are still taken. */
  readonly signers: Readonly<Record<Role, readonly string[]>>;
  /** Public keys of users that are not taken any more when issued until then, in seconds since the epoch. */
  readonly revocations: Readonly<Record<AccountName, Readonly<Record<string, number>>>>;
}

const keys = z.array(z.string());
const revoked = z.record(z.string(), z.number());

/** Of `directory.json` in a folder of keys. */
export const directorySchema = z.object({
  operator: z.object({ name: z.string(), jwt: z.string() }),
  accounts: z.object({ system: z.string(), control: z.string(), nodes: z.string() }),
  signers: z.record(z.enum(ROLES), keys),
  revocations: z.object({ control: revoked, nodes: revoked }),
}) satisfies z.ZodType<Directory>;
