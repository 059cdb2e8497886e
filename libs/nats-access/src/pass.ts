import { readClaims, type Claims } from './claims.js';
import type { Directory } from './directory.js';
import { termsIn, type JoinTerms } from './join-token.js';

/** Who asks to enrol: somebody with a join token, or a node that renews what it has. */
export type Pass =
  | { readonly kind: 'join'; readonly id: string; readonly userId: string; readonly terms: JoinTerms }
  | { readonly kind: 'node'; readonly userId: string; readonly region: string; readonly nodeId: string };

export type PassProblem = 'not-ours' | 'expired' | 'revoked';

/**
 * Reads a pass as the servers do. In this order, the first that holds:
 * 1. not signed by a key of ours for this purpose: `not-ours`
 * 2. over: `expired`
 * 3. taken back: `revoked`
 *
 * @param now seconds since the epoch.
 */
export function readPass(jwt: string, directory: Directory, now: number): Pass | PassProblem {
  const claims = readClaims(jwt);
  const pass = claims && passOf(claims, directory);
  if (!pass) return 'not-ours';
  if (claims.expiresAt !== undefined && claims.expiresAt <= now) return 'expired';
  const until = directory.revocations.nodes[claims.userId];
  return until !== undefined && claims.issuedAt <= until ? 'revoked' : pass;
}

function passOf({ account, signer, userId, name, tags }: Claims, directory: Directory): Pass | undefined {
  if (account !== directory.accounts.nodes) return undefined;
  if (directory.signers.join.includes(signer)) {
    const terms = termsIn(tags);
    return terms && { kind: 'join', id: name.replace(/^join\./, ''), userId, terms };
  }
  const { region, node: nodeId } = tags;
  if (!directory.signers.node.includes(signer) || region === undefined || nodeId === undefined)
    return undefined;
  return { kind: 'node', userId, region, nodeId };
}
