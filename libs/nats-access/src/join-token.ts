import { createUser, fmtCreds, fromSeed } from '@nats-io/jwt';
import { readClaims } from './claims.js';
import { signUser, type IssueOptions } from './credentials.js';
import { nameOf, type Identity } from './roles.js';

/** What a join token is good for. */
export interface JoinTerms {
  readonly region: string;
  /** How many nodes may enrol with it. */
  readonly uses: number;
  /** Names of nodes begin with it. */
  readonly prefix: string;
  /** The one name it is for, in place of one that is made up. */
  readonly nodeId?: string | undefined;
}

/** A token as its holder sees it. */
export interface JoinToken {
  readonly jwt: string;
  /** Of the key the token is made out to: secret. */
  readonly seed: string;
  readonly region: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** The contents of a `.creds` file, to ask to enrol with: secret. */
  readonly credentials: string;
}

/** @returns the public key and the token: it may ask to enrol, and nothing else, until it expires. */
export async function issueJoinToken(
  id: string,
  terms: JoinTerms,
  options: IssueOptions & { readonly expiresAt: number },
): Promise<{ readonly id: string; readonly token: string }> {
  const user = createUser();
  const identity: Identity = { role: 'join', id: [id] };
  const jwt = await signUser(identity, user.getPublicKey(), options, toTags(terms));
  return { id: user.getPublicKey(), token: `${jwt}.${new TextDecoder().decode(user.getSeed())}` };
}

export const joinName = (id: string): string => nameOf({ role: 'join', id: [id] });

const toTags = ({ region, uses, prefix, nodeId }: JoinTerms) => [
  `region:${region}`,
  `uses:${uses}`,
  `prefix:${prefix}`,
  ...(nodeId === undefined ? [] : [`node:${nodeId}`]),
];

export function termsIn(tags: Readonly<Record<string, string>>): JoinTerms | undefined {
  const { region, uses, prefix, node: nodeId } = tags;
  if (region === undefined || prefix === undefined || !/^[1-9]\d*$/.test(uses ?? '')) return undefined;
  return { region, uses: Number(uses), prefix, nodeId };
}

/** Without looking at who signed it, which servers do. @returns `undefined` for what is no join token. */
export function parseJoinToken(text: string): JoinToken | undefined {
  const [, jwt = '', seed = ''] = /^([\w-]+\.[\w-]+\.[\w-]+)\.(SU[A-Z2-7]{56})$/.exec(text.trim()) ?? [];
  const claims = readClaims(jwt);
  const terms = claims && termsIn(claims.tags);
  if (!terms || claims.expiresAt === undefined) return undefined;
  try {
    const key = fromSeed(new TextEncoder().encode(seed));
    if (key.getPublicKey() !== claims.userId) return undefined;
    const credentials = new TextDecoder().decode(fmtCreds(jwt, key));
    return { jwt, seed, region: terms.region, expiresAt: claims.expiresAt, credentials };
  } catch {
    return undefined;
  }
}
