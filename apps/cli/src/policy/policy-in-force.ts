import { POLICY_KEY, storedPolicySchema, type PolicyDocument } from '@spillway/contracts';
import { StateError, type Bus } from '@spillway/messaging';

/** What is stored as the policy is none to this version. */
export class StoredPolicyError extends Error {
  readonly code = 'invalid-stored-policy';
  constructor(cause: unknown) {
    super('the policy in force cannot be read: apply one that this version of spillway knows', { cause });
    this.name = 'StoredPolicyError';
  }
}

/**
 * The policy in force, every default filled in; `undefined` when none ever was.
 * @throws {StoredPolicyError}; {StateError} when NATS cannot tell.
 */
export async function policyInForce(bus: Bus): Promise<PolicyDocument | undefined> {
  const stored = await bus.state.get(POLICY_KEY).catch((error: unknown) => {
    if (error instanceof StateError && error.code === 'not-provisioned') return undefined;
    throw error;
  });
  if (!stored) return undefined;
  const parsed = storedPolicySchema.safeParse(stored.value);
  if (!parsed.success) throw new StoredPolicyError(parsed.error);
  return parsed.data;
}
