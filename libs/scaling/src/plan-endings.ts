import type { ScaleReason } from '@spillway/contracts';
import { isPlanOrder, type Member } from './census.js';
import type { RegionView } from './region-view.js';
import { notTaken, taken } from './reasons.js';

export interface Endings {
  /** Instances to end, by the provider's id. */
  readonly terminate: readonly string[];
  readonly reasons: readonly ScaleReason[];
}

/**
 * Which instances are ended.
 *
 * 1. Those whose node says `stopped` with the id of an own drain, also when that order has left the log.
 * 2. Those that did not serve within three boot times.
 * 3. No others: a node that an operator drained, that is sick, or that nobody hears of, is reported.
 * 4. None for a while after a plan failed; and after that none in a plan that adds, which must not fail for them.
 *
 * @param changesLeft of the fleet's bound on changes.
 * @param isGrowing the plan adds instances.
 */
export function planEndings(view: RegionView, changesLeft: number, isGrowing: boolean): Endings {
  const { census, neverServed, control } = view;
  const isHeld = view.hasPlanJustFailed || (isGrowing && control.failedPlans > 0);
  const drained = census.members.filter(isDrainedHere).flatMap(({ instanceId }) => instanceId ?? []);
  const all = [...drained.sort(), ...[...neverServed].sort()];
  const terminate = isHeld ? [] : all.slice(0, Math.max(0, changesLeft));
  const isEnded = (id: string) => terminate.includes(id);
  const reasons: ScaleReason[] = [];
  if (drained.some(isEnded)) reasons.push(taken('terminate', 'drained', drained.filter(isEnded).join(', ')));
  const failed = neverServed.filter(isEnded);
  if (failed.length > 0) reasons.push(taken('terminate', 'never-served', failed.join(', ')));
  if (terminate.length < all.length) {
    reasons.push(notTaken('terminate', isHeld ? 'plan-failed' : 'change-limit'));
  }
  const left = census.members.filter((member) => member.standing === 'drained' && !isDrainedHere(member));
  const named = (members: readonly Member[]) => members.map(({ node }) => node.id).join(', ');
  if (left.length > 0) reasons.push(notTaken('terminate', 'drained-by-operator', named(left)));
  if (census.missing.length > 0) reasons.push(notTaken('terminate', 'missing', census.missing.join(', ')));
  const sick = census.members.filter(({ standing }) => standing === 'sick');
  if (sick.length > 0) reasons.push(notTaken('terminate', 'sick', named(sick)));
  return { terminate, reasons };
}

function isDrainedHere({ standing, isOwnDrain, node }: Member): boolean {
  const { commandId } = node.heartbeat;
  const hasObeyed = isPlanOrder(commandId) || (commandId !== null && commandId === node.command?.event.id);
  return standing === 'drained' && isOwnDrain && hasObeyed;
}
