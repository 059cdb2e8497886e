import type { IceServersAnswer } from '@spillway/contracts';
import { askIceServers } from '../router-client.js';
import { describeAttempt, tryAnswer } from '../ice/try-answer.js';
import { allocate, AllocationRefusedError } from '../turn-client.js';
import type { DemoNode } from './demo-fleet.js';
import type { Say } from './say.js';
import type { SystemPlan } from './system-plan.js';

/** A region did not do what it should; what each did has been told before. */
export class CheckFailedError extends Error {
  readonly code = 'check-failed';
  constructor(problems: readonly string[]) {
    super(['the check failed:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'CheckFailedError';
  }
}

/**
 * Asks the router for a credential of each region, makes an allocation with it through that region's coturn, and
 * offers it to the others, which must refuse it.
 * @throws {CheckFailedError}
 */
export async function checkRegions(plan: SystemPlan, signal: AbortSignal, say: Say): Promise<void> {
  const problems: string[] = [];
  for (const node of plan.fleet) {
    signal.throwIfAborted();
    const answer = await askIceServers(plan.router, { region: { require: [node.region] }, userId: 'check' });
    for (const attempt of await tryAnswer(answer)) {
      say(`${node.region}: ${describeAttempt(attempt)}`);
      if (attempt.failure !== undefined) problems.push(`${node.region}: ${attempt.failure}`);
    }
    for (const other of plan.fleet.filter(({ nodeId }) => nodeId !== node.nodeId)) {
      const problem = await offerTo(other, plan.turnAddress, answer);
      say(
        `${node.region}: its credential is ${problem === undefined ? 'refused' : 'NOT refused'} by ${other.nodeId}`,
      );
      if (problem !== undefined) problems.push(`${node.region}: ${problem}`);
    }
  }
  if (problems.length > 0) throw new CheckFailedError(problems);
  say('every region relays, and only with its own credential');
}

/** STUN error 401: the credential is not one of this server's (RFC 8489 §9.2.4). */
const UNAUTHENTICATED = 401;

/** @returns what is wrong: a server must refuse a credential that is not its own. */
async function offerTo(
  { nodeId, turnPort }: DemoNode,
  turnAddress: string,
  { iceServers }: IceServersAnswer,
): Promise<string | undefined> {
  const { username = '', credential = '' } = iceServers.find((server) => server.username !== undefined) ?? {};
  try {
    const allocation = await allocate(`turn:${turnAddress}:${turnPort}?transport=udp`, {
      username,
      credential,
    });
    await allocation.release();
    return `${nodeId} accepted the credential of another node`;
  } catch (error) {
    if (error instanceof AllocationRefusedError && error.stunCode === UNAUTHENTICATED) return undefined;
    return `${nodeId}: ${(error as Error).message}`;
  }
}
