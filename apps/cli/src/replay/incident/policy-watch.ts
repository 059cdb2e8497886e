import { policySchema, type PolicyDocument } from '@spillway/contracts';
import { leaveOut } from '@spillway/log-archive';
import { describeDifferences } from '../../policy/describe-differences.js';
import type { EventOf, Scene, Watch } from './watch.js';

/** Differences told before the rest is counted. */
const TOLD = 5;

/** Another policy; the same is said again now and then. */
export class PolicyWatch implements Watch {
  private inForce: PolicyDocument | undefined;

  constructor(private readonly scene: Scene) {}

  onPolicy({ policy }: EventOf<'policy'>): void {
    const before = this.inForce;
    this.inForce = policy;
    if (!before) return;
    const count = describeDifferences(before, policy).length;
    if (count === 0) return;
    const [former, present] = [withoutKeys(before), withoutKeys(policy)];
    const differences = former && present ? describeDifferences(former, present) : [];
    const told = differences.slice(0, TOLD);
    if (count > told.length) told.push(`${count - told.length} more`);
    this.scene.tell({
      kind: 'policy-changed',
      text: `policy ${policy.revision} after ${before.revision}: ${told.join('; ')}`,
      facts: { revision: policy.revision, before: before.revision, differences: count },
    });
  }
}

/** As an archive has it; `undefined` when that is none any more. */
function withoutKeys(policy: PolicyDocument): PolicyDocument | undefined {
  const { payload } = leaveOut({ kind: 'policy', payload: { at: EPOCH, policy } });
  return policySchema.safeParse(payload).data?.policy;
}

const EPOCH = new Date(0).toISOString();
