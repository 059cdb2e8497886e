import { POLICY_KEY, POLICY_SUBJECT, storedPolicySchema, type PolicyDocument } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { applyPolicy } from '../policy/apply-policy.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { StartError } from './start-error.js';

export interface PolicyChoice {
  /** A file to put in force whatever there is. */
  readonly given: string | undefined;
  /** The file for a NATS that has no policy yet. */
  readonly fallback: string;
  /** Every policy must have them. */
  readonly regions: readonly string[];
}

/**
 * Puts the given policy in force, or keeps the one that is: who applied it wants it after a restart too.
 * @returns what came of it, for people.
 * @throws {StartError} when the policy in force is one of another fleet, or cannot be read.
 */
export async function settlePolicy(bus: Bus, choice: PolicyChoice, signal: AbortSignal): Promise<string> {
  await bus.provision();
  const stored = choice.given === undefined ? await bus.state.get(POLICY_KEY) : undefined;
  if (!stored) {
    const policy = readPolicyFile(choice.given ?? choice.fallback);
    await applyPolicy(bus, policy, signal);
    return `policy "${policy.revision}" in force`;
  }
  const { data: policy } = storedPolicySchema.safeParse(stored.value);
  if (!policy) throw new StartError(`The policy in force cannot be read. ${REMEDY}`);
  const missing = missingRegions(policy, choice.regions);
  if (missing.length > 0) {
    throw new StartError(
      `The policy in force, "${policy.revision}", has no ${missing.join(', ')}: NATS serves another fleet. ${REMEDY}`,
    );
  }
  if (!(await isPolicyOnLog(bus))) {
    const announcement = { at: new Date().toISOString(), policy };
    await bus.record(POLICY_SUBJECT, announcement, `policy-${stored.revision}`, signal);
  }
  return `policy "${policy.revision}" in force, kept`;
}

const REMEDY =
  'Use a NATS of its own (unset NATS_URL, or another --state), or replace that policy with --policy <file>';

export function missingRegions({ regions }: PolicyDocument, wanted: readonly string[]): string[] {
  return wanted.filter((region) => !Object.hasOwn(regions, region));
}

/** Retention may have removed it, or the log been made anew. */
async function isPolicyOnLog(bus: Bus): Promise<boolean> {
  let isThere = false;
  const following = await bus.follow({ onEntry: () => (isThere = true) }, { filter: POLICY_SUBJECT });
  await following.stop();
  return isThere;
}
