import { POLICY_KEY, POLICY_SUBJECT, type PolicyDocument } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';

export interface AppliedPolicy {
  /** Of the state store; grows with every policy. */
  readonly stateRevision: number;
  /** On the log, where routers read it. */
  readonly position: number;
  /** Not when somebody applied another before this one was on the log. */
  readonly isInForce: boolean;
}

/**
 * Puts a policy in force: first where it outlives the log, then on the log, where every router follows it.
 * Repeating it after a failure half way is harmless.
 * @throws {RevisionConflictError} when somebody else applied one at the same time; {RecordError} when `signal` aborts
 * before the log has it.
 */
export async function applyPolicy(
  bus: Bus,
  policy: PolicyDocument,
  signal: AbortSignal,
): Promise<AppliedPolicy> {
  await bus.provision();
  const before = await bus.state.get(POLICY_KEY);
  const stateRevision = await bus.state.put(POLICY_KEY, policy, before?.revision);
  const announcement = { at: new Date().toISOString(), policy };
  const position = await bus.record(POLICY_SUBJECT, announcement, `policy-${stateRevision}`, signal);
  return settle(bus, { stateRevision, position, isInForce: true }, signal);
}

/** Of two at once the one that is stored last may be on the log first: routers are to end with the one stored. */
async function settle(bus: Bus, applied: AppliedPolicy, signal: AbortSignal): Promise<AppliedPolicy> {
  let { stateRevision: announced, position } = applied;
  for (;;) {
    const stored = await bus.state.get(POLICY_KEY);
    if (!stored || stored.revision === announced) break;
    const announcement = { at: new Date().toISOString(), policy: stored.value };
    // The other's own announcement has the plain id, and may be an earlier entry of the log.
    const id = `policy-${stored.revision}-after-${position}`;
    position = await bus.record(POLICY_SUBJECT, announcement, id, signal);
    announced = stored.revision;
  }
  return { ...applied, position, isInForce: announced === applied.stateRevision };
}
