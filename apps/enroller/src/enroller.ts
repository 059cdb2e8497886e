import type { LoggerService } from '@nestjs/common';
import {
  enrolAskSchema,
  enrolRequestSchema,
  POLICY_KEY,
  storedPolicySchema,
  type EnrolAnswer,
  type EnrolAsk,
  type EnrolGrant,
  type PolicyDocument,
} from '@spillway/contracts';
import type { StateStore } from '@spillway/messaging';
import { isSignedBy, readPass, sealTo, signUser, type Pass, type PassProblem } from '@spillway/nats-access';
import { deriveNodeSecret, masterOf, type MasterSecrets } from '@spillway/turn';
import type { JoinRecords } from './join-records.js';
import type { RateLimit } from './rate-limit.js';
import { Refusal } from './refusal.js';
import type { SigningKeys } from './signing-keys.js';

/** What came of a request, for metrics: a problem, or what was done. */
export type Outcome = Refusal['code'] | 'enrolled' | 'renewed';

export interface EnrollerParts {
  readonly masters: MasterSecrets;
  readonly epoch: number;
  readonly credentialsSeconds: number;
  readonly readKeys: () => SigningKeys;
  readonly state: StateStore;
  readonly records: JoinRecords;
  readonly limit: RateLimit;
  readonly nowSeconds: () => number;
  readonly logger: Pick<LoggerService, 'log' | 'warn' | 'error'>;
  readonly count: (outcome: Outcome) => void;
}

/** Routers may learn of a new secret, and clocks may differ, by so much. */
const OVERLAP_MARGIN_SECONDS = 60;

const PASS_PROBLEMS: Readonly<Record<PassProblem, string>> = {
  'not-ours': 'it is no join token or credentials of a node of this system',
  expired: 'the join token, or what the node has, is over: make a new join token',
  revoked: 'the join token, or what the node has, was taken back',
};

/** Gives new nodes what is theirs for a join token, and others what they need next for what they have. */
export class Enroller {
  constructor(private readonly parts: EnrollerParts) {}

  /** Never throws; what is wrong is the answer. */
  async answer(payload: Uint8Array): Promise<EnrolAnswer> {
    const { count, logger } = this.parts;
    try {
      const { grant, ask, outcome } = await this.grantFor(payload);
      count(outcome);
      return sealTo(ask.sealTo, JSON.stringify(grant));
    } catch (error) {
      const { code, message: detail } =
        error instanceof Refusal
          ? error
          : new Refusal('unavailable', 'the enroller failed: ask again, see its log');
      if (!(error instanceof Refusal)) logger.error(`Enrolment failed: ${describe(error)}`);
      count(code);
      return { code, detail };
    }
  }

  /**
   * 1. too many at this moment: `busy`
   * 2. not a request: `malformed`
   * 3. a pass that is not one, is over or was taken back: `not-ours`, `expired`, `revoked`
   * 4. not signed by who the pass is made out to: `not-ours`
   * 5. a new node by a key that was taken back, however good its token: `revoked`
   * 6. a new node elsewhere than its token says, or in a region that is not in the policy: `wrong-region`,
   *    `unknown-region`
   * 7. a token that others used up: `used-up`
   */
  private async grantFor(payload: Uint8Array) {
    const { limit, readKeys, nowSeconds, logger } = this.parts;
    if (!limit.take()) throw new Refusal('busy', 'too many nodes enrol at this moment: ask again');
    const { request, ask } = parse(payload);
    const keys = readKeys();
    const pass = readPass(request.pass, keys.directory, nowSeconds());
    if (typeof pass === 'string') throw new Refusal(pass, PASS_PROBLEMS[pass]);
    if (!isSignedBy(pass.userId, request.ask, request.signature))
      throw new Refusal('not-ours', 'the request is not signed by who the join token is for');
    const policy = await this.readPolicy();
    if (pass.kind === 'join') refuseTakenBack(ask, keys);
    const { region, nodeId } = pass.kind === 'join' ? await this.join(pass, ask, policy) : same(pass, ask);
    const grant = await this.makeGrant(ask.nodeKey, { region, nodeId }, keys, policy);
    const outcome: Outcome = pass.kind === 'join' ? 'enrolled' : 'renewed';
    const by = pass.kind === 'join' ? `, by join token ${pass.id}` : '';
    logger.log(
      `${outcome} ${region}/${nodeId}, instance ${ask.instanceId ?? 'unknown'}, ${ask.nodeKey}${by}`,
    );
    return { grant, ask, outcome };
  }

  private async join(pass: Pass & { kind: 'join' }, ask: EnrolAsk, policy: PolicyDocument) {
    const { region } = pass.terms;
    if (ask.region !== undefined && ask.region !== region)
      throw new Refusal('wrong-region', `the join token is for ${region}, and the node is in ${ask.region}`);
    if (!Object.hasOwn(policy.regions, region))
      throw new Refusal(
        'unknown-region',
        `the policy has no region ${region}: add it, or make another join token`,
      );
    return { region, nodeId: await this.parts.records.use(pass.id, pass.terms, ask.nodeKey) };
  }

  private async makeGrant(
    nodeKey: string,
    { region, nodeId }: { readonly region: string; readonly nodeId: string },
    { directory, nodeSeed }: SigningKeys,
    policy: PolicyDocument,
  ): Promise<EnrolGrant> {
    const { masters, epoch, credentialsSeconds, nowSeconds } = this.parts;
    const expiresAt = nowSeconds() + credentialsSeconds;
    const options = { account: directory.accounts.nodes, signerSeed: nodeSeed, expiresAt };
    return {
      nodeId,
      region,
      jwt: await signUser({ role: 'node', id: [region, nodeId] }, nodeKey, options),
      expiresAt: new Date(expiresAt * 1000).toISOString(),
      epoch,
      secret: deriveNodeSecret(masterOf(masters, epoch), nodeId, epoch),
      overlapSeconds: policy.ttlSeconds.max + OVERLAP_MARGIN_SECONDS,
    };
  }

  private async readPolicy(): Promise<PolicyDocument> {
    const stored = await this.parts.state.get(POLICY_KEY);
    if (!stored) throw new Refusal('unavailable', 'there is no policy yet: spillway policy apply');
    return storedPolicySchema.parse(stored.value);
  }
}

function parse(payload: Uint8Array) {
  try {
    const request = enrolRequestSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
    return { request, ask: enrolAskSchema.parse(JSON.parse(request.ask)) };
  } catch {
    throw new Refusal('malformed', 'it is no request to enrol: do node and enroller have the same version?');
  }
}

/** Credentials made out to such a key now would be taken: it was taken back until a moment that is past. */
function refuseTakenBack({ nodeKey }: EnrolAsk, { directory }: SigningKeys): void {
  if (Object.hasOwn(directory.revocations.nodes, nodeKey))
    throw new Refusal('revoked', "the node's key was taken back: a machine built anew has another");
}

/** A node keeps its key, its name and its region. */
function same(pass: Pass & { kind: 'node' }, ask: EnrolAsk) {
  if (ask.nodeKey === pass.userId) return pass;
  throw new Refusal('not-ours', 'the credentials are made out to another key');
}

/** Never what was asked, which holds a token. */
const describe = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown');
