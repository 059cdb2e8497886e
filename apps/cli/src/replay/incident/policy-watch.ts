import type { PolicyDocument } from '@spillway/contracts';
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
    const differences = describeDifferences(before, policy);
    if (differences.length === 0) return;
    const told = differences.slice(0, TOLD);
    if (differences.length > TOLD) told.push(`and ${differences.length - TOLD} more`);
    this.scene.tell({
      kind: 'policy-changed',
      text: `policy ${policy.revision} after ${before.revision}: ${told.join('; ')}`,
      facts: { revision: policy.revision, before: before.revision, differences: differences.length },
    });
  }
}
