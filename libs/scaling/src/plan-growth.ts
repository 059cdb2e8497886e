import type { ScaleReason } from '@spillway/contracts';
import { backOffUntil } from './boots.js';
import type { Member } from './census.js';
import type { RegionView } from './region-view.js';
import { notTaken, taken, type ReasonCode } from './reasons.js';

/** Nodes one plan takes back: as many as it may list. */
const MAX_LISTED = 1000;

export interface Growth {
  readonly undrain: readonly Member[];
  /** Instances to add. */
  readonly add: number;
  /** Nodes that are too few, whether or not anything can be done about it. */
  readonly short: number;
  readonly shortSinceMs: number | null;
  readonly reasons: readonly ScaleReason[];
}

/**
 * Whether the region grows.
 *
 * 1. Nodes are short when the need is more than those to rely on, when overload and price persist though nothing
 *    boots, or when there are fewer than `min`; the silent and the sick count for `min`.
 * 2. A need must last for the stabilization window; `min` is met at once, but in a region without any node only
 *    once it has been watched for long enough to have heard of one.
 * 3. The autoscaler's own drains are taken back first, the fullest node first: that takes no boot.
 * 4. The rest is added, unless the last growth is too recent or boots or plans keep failing, and no more than
 *    `stepUp`, `max` and the fleet's bound on changes let through.
 */
export function planGrowth(view: RegionView): Growth {
  const { census, min, now, control, scaling } = view;
  const needed = nodesWanted(view);
  const byNeed = needed === null ? 0 : Math.max(0, needed - census.capacityCount);
  const missing = Math.max(0, min - census.presentCount);
  const byMin = view.isUnheard ? 0 : missing;
  const shortSinceMs = byNeed > 0 ? (control.shortSinceMs ?? now) : null;
  const isStable = shortSinceMs !== null && now - shortSinceMs >= scaling.stabilizationUpSeconds * 1000;
  const amount = Math.max(byMin, isStable ? byNeed : 0);
  const short = Math.max(byMin, byNeed);
  if (amount === 0) {
    const code = byMin < missing ? 'unheard' : whyNot(byNeed, needed);
    const reasons = [notTaken('grow', code, describeNeed(view))];
    return { undrain: [], add: 0, short, shortSinceMs, reasons };
  }
  const why = reasonFor(view, byMin >= amount);
  const undrain = takeBack(census.members).slice(0, Math.min(amount, MAX_LISTED));
  const reasons: ScaleReason[] = [];
  if (undrain.length > 0) reasons.push(taken('undrain', why, `${undrain.length} of ${amount} nodes`));
  const rest = amount - undrain.length;
  const { add, limits } = rest > 0 ? addable(view, rest) : { add: 0, limits: [] };
  if (add > 0) reasons.push(taken('grow', why, `${add} of ${rest}; ${describeNeed(view)}`));
  reasons.push(...limits.map((code) => notTaken('grow', code, `${rest - add} of ${rest} not added`)));
  return { undrain, add, short, shortSinceMs, reasons };
}

function whyNot(byNeed: number, needed: number | null): ReasonCode {
  if (byNeed > 0) return 'stabilizing';
  return needed === null ? 'unknown-load' : 'enough';
}

function reasonFor({ need, census }: RegionView, isByMin: boolean): ReasonCode {
  if (isByMin) return 'below-min';
  return need && need.nodes > census.capacityCount ? 'need' : 'price-persists';
}

/** `null` when the load is unknown. */
function nodesWanted({ need, isPricePersistent, census }: RegionView): number | null {
  const persisting = isPricePersistent && census.booting === 0 ? census.capacityCount + 1 : null;
  if (!need) return persisting;
  return Math.max(need.nodes, persisting ?? 0);
}

function takeBack(members: readonly Member[]): Member[] {
  return members
    .filter(({ standing, isOwnDrain }) => standing === 'draining' && isOwnDrain)
    .sort((a, b) => (b.node.load.allocations ?? 0) - (a.node.load.allocations ?? 0) || byId(a, b));
}

function byId(a: Member, b: Member): number {
  return a.node.id < b.node.id ? -1 : 1;
}

function addable(view: RegionView, rest: number): { add: number; limits: ReasonCode[] } {
  const { scaling, control, now, census, changesLeft } = view;
  const { lastGrowthAtMs } = control;
  if (lastGrowthAtMs !== null && now - lastGrowthAtMs < scaling.coolDownSeconds * 1000) {
    return { add: 0, limits: ['cooling-down'] };
  }
  if (now < backOffUntil(control)) return { add: 0, limits: ['boots-fail'] };
  if (view.hasPlanJustFailed) return { add: 0, limits: ['plan-failed'] };
  const bounds: [ReasonCode, number][] = [
    ['at-max', view.max - census.totalCount],
    ['step-limit', scaling.stepUp],
    ['change-limit', changesLeft],
  ];
  const add = Math.max(0, Math.min(rest, ...bounds.map(([, bound]) => bound)));
  return { add, limits: bounds.filter(([, bound]) => bound <= add && add < rest).map(([code]) => code) };
}

function describeNeed({ need, census, min }: RegionView): string {
  const counted = `${census.capacityCount} of ${census.totalCount} nodes to rely on, at least ${min}`;
  if (!need) return counted;
  return `${need.nodes} needed for ${need.forecast.toFixed(2)} + ${need.margin.toFixed(2)} nodes' load; ${counted}`;
}
