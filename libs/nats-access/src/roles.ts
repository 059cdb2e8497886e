/**
 * The two accounts. Machines in the field are in one of their own, which JetStream and its state are no part of: what
 * crosses over is named, subject by subject, in `accounts.ts`.
 */
export type AccountName = 'control' | 'nodes';

export const ROLES = [
  'router',
  'autoscaler',
  'operator',
  'client',
  'enroller',
  'node',
  'join',
  'leaf',
] as const;

/** A kind of process and what it may do; `rights.ts` says what that is. */
export type Role = (typeof ROLES)[number];

export const ACCOUNT_OF: Readonly<Record<Role, AccountName>> = {
  router: 'control',
  autoscaler: 'control',
  operator: 'control',
  client: 'control',
  enroller: 'control',
  node: 'nodes',
  join: 'nodes',
  leaf: 'nodes',
};

/** Who somebody is: their name in NATS begins with the role, and their rights are filled in from the tags. */
export interface Identity {
  readonly role: Role;
  /** Tokens; `node` has its region and its id, all others one. */
  readonly id: readonly string[];
}

/** As in `node.eu-central-1.a1`. It is also the subject they listen for answers under, behind `_INBOX`. */
export const nameOf = ({ role, id }: Identity): string => [role, ...id].join('.');

export function tagsOf({ role, id }: Identity): string[] {
  const [first, second] = id;
  return role === 'node' ? [`region:${first}`, `node:${second}`] : [`id:${first}`];
}
