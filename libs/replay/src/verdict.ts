import type { DecisionRecord, RefusalRecord } from '@spillway/contracts';
import type { Placement, Refusal } from '@spillway/placement';

/**
 * Why a recorded decision cannot be derived again.
 *
 * - `before-first-state`: what the router knew before the window has not all been said again yet.
 * - `gap`: part of the log is missing, here or for the router, and its effect has not passed yet.
 * - `lost-decisions`: the router made decisions that are not on the log, and what they reserved still counts.
 * - `restored`: the router had a policy or a price from beside the log.
 * - `read-late`: the router told what it decided so much later that the log before it is not held any more.
 * - `other-rule-version`: it was made by other rules than these.
 * - `first-version`: it was recorded by a version that did not tell what its decisions were made on.
 */
export type Doubt =
  | 'before-first-state'
  | 'gap'
  | 'lost-decisions'
  | 'restored'
  | 'read-late'
  | 'other-rule-version'
  | 'first-version';

/** What is compared, in this order; the first that differs is told. */
export type ComparedField = 'view' | 'outcome' | 'region' | 'nodes' | 'nearestRegion' | 'reason' | 'code';

export type Verdict =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'differs';
      readonly field: ComparedField;
      readonly recorded: string;
      readonly derived: string;
    }
  | { readonly kind: 'unverifiable'; readonly reason: Doubt };

export const SAME: Verdict = { kind: 'same' };

const VERDICTS = new Map<Doubt, Verdict>();

/** One object per reason: there may be millions. */
export function unverifiable(reason: Doubt): Verdict {
  let verdict = VERDICTS.get(reason);
  if (!verdict) VERDICTS.set(reason, (verdict = { kind: 'unverifiable', reason }));
  return verdict;
}

/** Holds what was recorded against what was derived. */
export function compareDecision(recorded: DecisionRecord, derived: Placement | Refusal): Verdict {
  if (!derived.isPlaced)
    return differs('outcome', `placed in ${recorded.region}`, `refused: ${derived.code}`);
  if (derived.region !== recorded.region) return differs('region', recorded.region, derived.region);
  if (!areSame(recorded.nodes, derived.nodes)) {
    return differs('nodes', recorded.nodes.join(', '), derived.nodes.map(({ id }) => id).join(', '));
  }
  if (derived.nearestRegion !== recorded.nearestRegion) {
    return differs('nearestRegion', `${recorded.nearestRegion}`, `${derived.nearestRegion}`);
  }
  return derived.reason === recorded.reason ? SAME : differs('reason', recorded.reason, derived.reason);
}

export function compareRefusal(recorded: RefusalRecord, derived: Placement | Refusal): Verdict {
  if (derived.isPlaced) return differs('outcome', `refused: ${recorded.code}`, `placed in ${derived.region}`);
  return derived.code === recorded.code ? SAME : differs('code', recorded.code, derived.code);
}

export function differs(field: ComparedField, recorded: string, derived: string): Verdict {
  return { kind: 'differs', field, recorded, derived };
}

function areSame(recorded: readonly string[], derived: Placement['nodes']): boolean {
  return recorded.length === derived.length && recorded.every((id, i) => id === derived[i]?.id);
}
