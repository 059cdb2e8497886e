import type { Scale } from '@spillway/contracts';
import { planEndings } from './plan-endings.js';
import { planGrowth } from './plan-growth.js';
import { planShrink } from './plan-shrink.js';
import type { RegionView } from './region-view.js';
import { notTaken, type ReasonCode } from './reasons.js';

/** What shall be, and why: without the time it is said and what becomes of it. */
export type ScalePlan = Readonly<Omit<Scale, 'at' | 'outcome' | 'error'>>;

export interface Planned {
  readonly plan: ScalePlan;
  readonly hasSteps: boolean;
  readonly shortSinceMs: number | null;
  readonly spareSinceMs: number | null;
}

const MAX_LISTED = 1000;

/**
 * Plans the size of a region: growth before shrinking, never both, and the endings of what is drained. The plan is
 * absolute and follows the region's last one.
 */
export function planCapacity(view: RegionView): Planned {
  const { census, control } = view;
  const growth = planGrowth(view);
  const shrink = planShrink(view, growth.short);
  const spent = growth.add + shrink.drain.length;
  const endings = planEndings(view, view.changesLeftToShrink - spent, growth.add > 0);
  const awaited = census.booting - control.booting.length;
  const { add } = growth;
  const undrain = growth.undrain.map(({ node }) => node.id);
  const drain = shrink.drain.map(({ id }) => id);
  const terminate = endings.terminate.slice(0, MAX_LISTED);
  const hasSteps = add + undrain.length + drain.length + terminate.length > 0;
  const current = census.instanceIds.size;
  const { revision, parentRevision } = hasSteps ? nextRevision(view) : sameRevision(view);
  return {
    plan: {
      revision,
      parentRevision,
      generation: control.generation,
      current,
      desired: current + awaited - terminate.length + add,
      drain,
      undrain,
      terminate,
      reasons: [...growth.reasons, ...shrink.reasons, ...endings.reasons],
    },
    hasSteps,
    shortSinceMs: growth.shortSinceMs,
    spareSinceMs: shrink.spareSinceMs,
  };
}

/** A plan that does nothing, because nothing is known or may be done. */
export function heldPlan(view: Pick<RegionView, 'control'>, current: number, code: ReasonCode): ScalePlan {
  const { revision, parentRevision } = sameRevision(view);
  return {
    revision,
    parentRevision,
    generation: view.control.generation,
    current,
    desired: current,
    drain: [],
    undrain: [],
    terminate: [],
    reasons: [notTaken('hold', code)],
  };
}

function nextRevision({ control: { revision } }: Pick<RegionView, 'control'>) {
  return { revision: revision + 1, parentRevision: revision === 0 ? null : revision };
}

function sameRevision({ control: { revision, plan } }: Pick<RegionView, 'control'>) {
  return { revision, parentRevision: plan?.parentRevision ?? null };
}
