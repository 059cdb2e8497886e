import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createDirectory, type NewDirectory } from './accounts.js';
import { readClaims } from './claims.js';
import { signUser } from './credentials.js';
import { issueJoinToken, parseJoinToken, type JoinTerms } from './join-token.js';
import { newUserKey } from './keys.js';
import { readPass } from './pass.js';
import type { Role } from './roles.js';

// Signatures in pure JavaScript take their time.
jest.setTimeout(30_000);

const NOW = Math.floor(Date.now() / 1000);
const TERMS: JoinTerms = { region: 'eu-1', uses: 3, prefix: 'eu' };

let made: NewDirectory;
let other: NewDirectory;
beforeAll(async () => {
  made = await createDirectory('spec');
  other = await createDirectory('another system');
});

const signedBy = (role: Role, system = made) => ({
  account: system.directory.accounts.nodes,
  signerSeed: system.signerSeeds[role],
});
const tokenOf = async (terms: JoinTerms, expiresAt = NOW + 600, system = made) => {
  const { id, token } = await issueJoinToken('j1', terms, { ...signedBy('join', system), expiresAt });
  return { id, jwt: parseJoinToken(token)!.jwt };
};
const nodeKey = newUserKey();
const nodeJwt = (role: Role, system = made) =>
  signUser({ role: 'node', id: ['eu-1', 'A1'] }, nodeKey.id, signedBy(role, system));

describe('readPass', () => {
  it('reads a join token with its terms', async () => {
    const { id, jwt } = await tokenOf(TERMS);
    expect(readPass(jwt, made.directory, NOW)).toEqual({ kind: 'join', id: 'j1', userId: id, terms: TERMS });
    const named = await tokenOf({ ...TERMS, nodeId: 'A1' });
    expect(readPass(named.jwt, made.directory, NOW)).toMatchObject({ terms: { nodeId: 'A1' } });
  });

  it('reads what a node has', async () => {
    const pass = readPass(await nodeJwt('node'), made.directory, NOW);
    expect(pass).toEqual({ kind: 'node', userId: nodeKey.id, region: 'eu-1', nodeId: 'A1' });
  });

  it('case 1: takes nothing that was not signed by a key of ours for this', async () => {
    const foreign = await tokenOf(TERMS, NOW + 600, other);
    const [head, , signature] = (await tokenOf(TERMS)).jwt.split('.');
    const [, body] = (await tokenOf({ ...TERMS, uses: 1000 })).jwt.split('.');
    const passes = [
      foreign.jwt,
      await nodeJwt('node', other),
      await nodeJwt('router'),
      `${head}.${body}.${signature}`,
      'no token',
    ];
    for (const pass of passes) expect(readPass(pass, made.directory, NOW)).toBe('not-ours');
  });

  it('case 1: takes no join token without a bound to its uses', async () => {
    for (const uses of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
      const signed = await issueJoinToken(
        'j1',
        { ...TERMS, uses },
        { ...signedBy('join'), expiresAt: NOW + 600 },
      );
      const jwt = signed.token.split('.').slice(0, 3).join('.');
      expect(readPass(jwt, made.directory, NOW)).toBe('not-ours');
    }
  });

  it('case 2: takes none from the second on at which it is over', async () => {
    const { jwt } = await tokenOf(TERMS, NOW + 600);
    expect(readPass(jwt, made.directory, NOW + 599)).toMatchObject({ kind: 'join' });
    expect(readPass(jwt, made.directory, NOW + 600)).toBe('expired');
  });

  it('case 3: takes none that was taken back, and takes one that was issued after', async () => {
    const { id, jwt } = await tokenOf(TERMS);
    const revokedAt = (second: number) => ({
      ...made.directory,
      revocations: { control: {}, nodes: { [id]: second } },
    });
    const issuedAt = readClaims(jwt)!.issuedAt;
    expect(readPass(jwt, revokedAt(issuedAt), NOW)).toBe('revoked');
    expect(readPass(jwt, revokedAt(issuedAt - 1), NOW)).toMatchObject({ kind: 'join' });
  });

  it('takes what an earlier signing key signed until that is retired', async () => {
    const { jwt } = await tokenOf(TERMS);
    const join = made.directory.signers.join;
    const rotated = (keys: string[]) => ({
      ...made.directory,
      signers: { ...made.directory.signers, join: keys },
    });
    expect(readPass(jwt, rotated([...join, other.directory.signers.join[0]!]), NOW)).toMatchObject({
      id: 'j1',
    });
    expect(readPass(jwt, rotated([other.directory.signers.join[0]!]), NOW)).toBe('not-ours');
  });
});

describe('parseJoinToken', () => {
  it('gives what its holder needs', async () => {
    const issued = await issueJoinToken('j1', TERMS, { ...signedBy('join'), expiresAt: NOW + 600 });
    const token = parseJoinToken(`${issued.token}\n`)!;
    expect(token).toMatchObject({ region: 'eu-1', expiresAt: NOW + 600 });
    expect(token.credentials).toContain(token.seed);
    expect(token.credentials).toContain(token.jwt);
  });

  it('does not take what is none, or was put together of two', async () => {
    const options = { ...signedBy('join'), expiresAt: NOW + 600 };
    const [one, two] = await Promise.all([
      issueJoinToken('j1', TERMS, options),
      issueJoinToken('j2', TERMS, options),
    ]);
    const mixed = [...one.token.split('.').slice(0, 3), two.token.split('.')[3]].join('.');
    for (const text of ['', 'a.b.c.d', one.token.slice(0, -1), mixed])
      expect(parseJoinToken(text)).toBeUndefined();
  });
});
