import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  enrolGrantSchema,
  POLICY_KEY,
  policyDocumentSchema,
  type EnrolAnswer,
  type EnrolGrant,
} from '@spillway/contracts';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import {
  createDirectory,
  issueJoinToken,
  newSealKey,
  newUserKey,
  parseJoinToken,
  readClaims,
  signText,
  type JoinTerms,
  type NewDirectory,
  type NewKey,
} from '@spillway/nats-access';
import { deriveNodeSecret } from '@spillway/turn';
import { Enroller, type EnrollerParts, type Outcome } from './enroller.js';
import { JoinRecords } from './join-records.js';
import { RateLimit } from './rate-limit.js';

// Signatures in pure JavaScript take their time.
jest.setTimeout(30_000);

const MASTER = 'the master secret of the specs';
const NOW = Math.floor(Date.now() / 1000);
const TERMS: JoinTerms = { region: 'eu-central-1', uses: 1, prefix: 'eu' };

let made: NewDirectory;
let bus: MemoryBus;
let counted: Outcome[];
let said: string[];
let names: number;

beforeAll(async () => {
  made = await createDirectory('spec');
});
beforeEach(async () => {
  bus = new MemoryBus(new MemoryLog());
  await bus.provision();
  const policy = {
    revision: '1',
    regions: { 'eu-central-1': {} },
    defaultRegion: 'eu-central-1',
    ttlSeconds: { max: 3600 },
  };
  await bus.state.put(POLICY_KEY, policyDocumentSchema.parse(policy), undefined);
  [counted, said, names] = [[], [], 0];
});

function anEnroller(parts: Partial<EnrollerParts> = {}): Enroller {
  const log = (line: string) => void said.push(line);
  return new Enroller({
    masters: { current: MASTER },
    epoch: 1,
    credentialsSeconds: 7200,
    readKeys: () => ({ directory: made.directory, nodeSeed: made.signerSeeds.node }),
    state: bus.state,
    records: new JoinRecords(bus.state, () => `made-up-${++names}`),
    limit: new RateLimit(1000, () => 0),
    nowSeconds: () => NOW,
    logger: { log, warn: log, error: log },
    count: (outcome) => counted.push(outcome),
    ...parts,
  });
}

async function aToken(terms: Partial<JoinTerms> = {}, id = 'j1') {
  const options = {
    account: made.directory.accounts.nodes,
    signerSeed: made.signerSeeds.join,
    expiresAt: NOW + 600,
  };
  const { token } = await issueJoinToken(id, { ...TERMS, ...terms }, options);
  return parseJoinToken(token)!;
}

/** @returns what was granted, or the refusal. */
async function ask(
  enroller: Enroller,
  pass: { readonly jwt: string; readonly seed: string },
  nodeKey: NewKey,
  more: { readonly region?: string } = {},
): Promise<EnrolGrant | EnrolAnswer> {
  const seal = newSealKey();
  const text = JSON.stringify({ nodeKey: nodeKey.id, sealTo: seal.id, instanceId: 'i-1', ...more });
  const request = { pass: pass.jwt, ask: text, signature: signText(text, pass.seed) };
  const answer = await enroller.answer(Buffer.from(JSON.stringify(request)));
  if ('code' in answer) return answer;
  return enrolGrantSchema.parse(JSON.parse(seal.open(answer)!));
}

async function granted(...args: Parameters<typeof ask>): Promise<EnrolGrant> {
  return enrolGrantSchema.parse(await ask(...args));
}

describe('a join token', () => {
  it('gives a new node a name, its own secret and credentials for its own key', async () => {
    const node = newUserKey();
    const grant = await granted(anEnroller(), await aToken(), node);
    expect(grant).toMatchObject({
      nodeId: 'eu-made-up-1',
      region: 'eu-central-1',
      epoch: 1,
      overlapSeconds: 3660,
    });
    expect(grant.secret).toBe(deriveNodeSecret(MASTER, 'eu-made-up-1', 1));
    expect(readClaims(grant.jwt)).toMatchObject({
      name: 'node.eu-central-1.eu-made-up-1',
      userId: node.id,
      signer: made.directory.signers.node[0],
      account: made.directory.accounts.nodes,
      expiresAt: NOW + 7200,
      tags: { region: 'eu-central-1', node: 'eu-made-up-1' },
    });
    expect(grant.expiresAt).toBe(new Date((NOW + 7200) * 1000).toISOString());
    expect(counted).toEqual(['enrolled']);
  });

  it('is for as many nodes as it says, also when they ask at once', async () => {
    const [enroller, token] = [anEnroller(), await aToken({ uses: 2 })];
    const answers = await Promise.all([1, 2, 3].map(() => ask(enroller, token, newUserKey())));
    const nodes = answers.flatMap((answer) => ('nodeId' in answer ? answer.nodeId : []));
    expect(new Set(nodes).size).toBe(2);
    expect(counted.filter((outcome) => outcome === 'used-up')).toHaveLength(1);
  });

  it('gives the same node the same again, when the answer was lost, also by another enroller', async () => {
    const [token, node] = [await aToken(), newUserKey()];
    const first = await granted(anEnroller(), token, node);
    const again = await granted(anEnroller(), token, node);
    expect([again.nodeId, again.secret]).toEqual([first.nodeId, first.secret]);
    expect(await ask(anEnroller(), token, newUserKey())).toMatchObject({ code: 'used-up' });
  });

  it('is for the node it names, if it names one', async () => {
    const grant = await granted(anEnroller(), await aToken({ nodeId: 'euc1-a1' }), newUserKey());
    expect(grant.nodeId).toBe('euc1-a1');
  });

  it('is for its own region alone, and for none that the policy does not have', async () => {
    const enroller = anEnroller();
    const token = await aToken();
    expect(await ask(enroller, token, newUserKey(), { region: 'us-east-1' })).toEqual({
      code: 'wrong-region',
      detail: 'the join token is for eu-central-1, and the node is in us-east-1',
    });
    expect(await ask(enroller, await aToken({ region: 'us-east-1' }), newUserKey())).toMatchObject({
      code: 'unknown-region',
    });
    // None of it used the token.
    expect(await ask(enroller, token, newUserKey(), { region: 'eu-central-1' })).toMatchObject({
      region: 'eu-central-1',
    });
  });

  it('is of no use without its key', async () => {
    const token = await aToken();
    const stolen = { jwt: token.jwt, seed: newUserKey().seed };
    expect(await ask(anEnroller(), stolen, newUserKey())).toMatchObject({ code: 'not-ours' });
  });

  it('does not bring back a node that was taken back, and is not used up by it', async () => {
    const [token, joined, unknown] = [await aToken({ uses: 2 }), newUserKey(), newUserKey()];
    const before = await granted(anEnroller(), token, joined);
    const revocations = { control: {}, nodes: { [joined.id]: NOW - 1, [unknown.id]: NOW - 1 } };
    const directory = { ...made.directory, revocations };
    const revoking = anEnroller({ readKeys: () => ({ directory, nodeSeed: made.signerSeeds.node }) });
    for (const key of [joined, unknown])
      expect(await ask(revoking, token, key)).toMatchObject({ code: 'revoked' });
    const other = await granted(revoking, token, newUserKey());
    expect(other.nodeId).not.toBe(before.nodeId);
  });

  it('is over when it is over', async () => {
    const enroller = anEnroller({ nowSeconds: () => NOW + 600 });
    expect(await ask(enroller, await aToken(), newUserKey())).toMatchObject({ code: 'expired' });
  });
});

describe('a node that renews', () => {
  const node = newUserKey();
  const enrol = async () => {
    const grant = await granted(anEnroller(), await aToken(), node);
    return { grant, pass: { jwt: grant.jwt, seed: node.seed } };
  };

  it('keeps its name, and gets the secret of the epoch that is now, of the master it is of', async () => {
    const { grant, pass } = await enrol();
    const masters = { current: 'the new master secret', previous: { secret: MASTER, beforeEpoch: 3 } };
    const [second, third] = await Promise.all(
      [2, 3].map((epoch) => granted(anEnroller({ masters, epoch }), pass, node)),
    );
    expect(second).toMatchObject({ nodeId: grant.nodeId, region: 'eu-central-1', epoch: 2 });
    expect(second?.secret).toBe(deriveNodeSecret(MASTER, grant.nodeId, 2));
    expect(third?.secret).toBe(deriveNodeSecret('the new master secret', grant.nodeId, 3));
    expect(counted).toEqual(['enrolled', 'renewed', 'renewed']);
  });

  it('gets credentials for its own key alone', async () => {
    const { pass } = await enrol();
    expect(await ask(anEnroller(), pass, newUserKey())).toMatchObject({ code: 'not-ours' });
  });

  it('gets none once its credentials are over, or were taken back', async () => {
    const { pass } = await enrol();
    const late = anEnroller({ nowSeconds: () => NOW + 7200 });
    expect(await ask(late, pass, node)).toMatchObject({ code: 'expired' });
    const revocations = { control: {}, nodes: { [node.id]: NOW + 3600 } };
    const directory = { ...made.directory, revocations };
    const revoking = anEnroller({ readKeys: () => ({ directory, nodeSeed: made.signerSeeds.node }) });
    expect(await ask(revoking, pass, node)).toMatchObject({ code: 'revoked' });
  });
});

describe('the enroller', () => {
  it.each([
    '',
    'text',
    '{}',
    '{"pass":"a","ask":"{}","signature":""}',
    '{"pass":"a","ask":"{","signature":""}',
  ])('answers %j with what is wrong with it', async (payload) => {
    expect(await anEnroller().answer(Buffer.from(payload))).toMatchObject({ code: 'malformed' });
  });

  it('sends away whoever is too many, and takes them a little later', async () => {
    let now = 0;
    const enroller = anEnroller({ limit: new RateLimit(1, () => now) });
    const token = await aToken({ uses: 10 });
    const outcomes = async () => {
      counted = [];
      for (let i = 0; i < 2; i++) await ask(enroller, token, newUserKey());
      return counted;
    };
    expect(await outcomes()).toEqual(['enrolled', 'busy']);
    now += 999;
    expect(await outcomes()).toEqual(['busy', 'busy']);
    now += 1;
    expect(await outcomes()).toEqual(['enrolled', 'busy']);
  });

  it('can decide nothing without a policy or its keys, and says so', async () => {
    const token = await aToken();
    const broken = anEnroller({
      readKeys: () => {
        throw new Error('directory.json is gone');
      },
    });
    expect(await ask(broken, token, newUserKey())).toMatchObject({ code: 'unavailable' });
    expect(said.at(-1)).toMatch(/directory\.json is gone/);
    bus = new MemoryBus(new MemoryLog());
    await bus.provision();
    expect(await ask(anEnroller(), token, newUserKey())).toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/no policy/),
    });
  });

  it('logs who enrolled, and nothing that is secret', async () => {
    const [token, node] = [await aToken(), newUserKey()];
    const { nodeId, secret, jwt } = await granted(anEnroller(), token, node);
    await ask(anEnroller(), token, newUserKey());
    expect(said).toEqual([`enrolled eu-central-1/${nodeId}, instance i-1, ${node.id}, by join token j1`]);
    for (const hidden of [secret, jwt, token.jwt, token.seed, MASTER])
      expect(said.join()).not.toContain(hidden);
  });
});
