import type { RegionControl } from '@spillway/contracts';
import { heldPlan, planCapacity, type ScalePlan } from './capacity.js';
import type { Inventory } from './inventory.js';
import { look } from './look.js';
import { notTaken, type ReasonCode } from './reasons.js';
import { isUnderWay, type RegionMemory } from './region-memory.js';
import type { RegionContext } from './region-context.js';
import { viewRegion } from './region-view.js';

/** New reasons are told of once they have held for so long, in ms. */
const REPORT_AFTER_MS = 5_000;
const NO_INSTANCES: Inventory = { instances: [] };

export interface PlanStep {
  readonly plan: ScalePlan | undefined;
  readonly report: ScalePlan | undefined;
}

const NOTHING: PlanStep = { plan: undefined, report: undefined };

/**
 * Plans the region's size, or says why nothing is planned; writes timers and boots into the memory.
 *
 * 1. Nothing is planned while the link is lost, the bus suspect or all nodes silent, and how long anything had
 *    lasted is forgotten: unknown is no reason for a step.
 * 2. Nothing is planned while the provider does not say what there is.
 * 3. One plan at a time: while the last is carried out, only boots are followed.
 * 4. What a dry run, or a region without a provider, would do is reported and not done.
 */
export function planRegion(memory: RegionMemory, context: RegionContext): PlanStep {
  const { now, region } = context;
  const { provider, dryRun } = region.place.scaling;
  const isAdvice = provider.kind === 'none';
  const listed = isAdvice ? NO_INSTANCES : context.inventory;
  const blindness = blindnessOf(context);
  if (blindness) {
    memory.inViewSinceMs = undefined;
    setWindows(memory, null, null);
    return report(memory, heldPlan(memory, memory.knownIds?.size ?? 0, blindness), now);
  }
  memory.inViewSinceMs ??= now;
  if (!listed) return report(memory, heldPlan(memory, memory.knownIds?.size ?? 0, 'unknown-inventory'), now);
  const seen = look(memory, context, memory.inventory(now, listed));
  if (memory.control.plan && isUnderWay(memory.control.plan)) return NOTHING;
  const { plan, hasSteps, shortSinceMs, spareSinceMs } = planCapacity(viewRegion(memory, context, seen));
  setWindows(memory, shortSinceMs, spareSinceMs);
  if (!hasSteps) return report(memory, plan, now);
  if (isAdvice || dryRun) return report(memory, unexecuted(plan, memory.control, isAdvice), now);
  memory.reportedKey = keyOf(plan);
  return { plan, report: undefined };
}

function setWindows(memory: RegionMemory, shortSinceMs: number | null, spareSinceMs: number | null): void {
  const { control } = memory;
  if (control.shortSinceMs === shortSinceMs && control.spareSinceMs === spareSinceMs) return;
  memory.control = { ...control, shortSinceMs, spareSinceMs };
}

function blindnessOf({ isLinkUp, isBusSuspect, signals }: RegionContext): ReasonCode | undefined {
  if (!isLinkUp) return 'link-lost';
  if (isBusSuspect) return 'bus-suspect';
  return signals.usableCount === 0 && !signals.isKnown ? 'unknown-nodes' : undefined;
}

/** The plan as it is told when nobody carries it out: it is no revision. */
function unexecuted(plan: ScalePlan, { revision, plan: last }: RegionControl, isAdvice: boolean): ScalePlan {
  const parentRevision = last?.parentRevision ?? null;
  if (!isAdvice) return { ...plan, revision, parentRevision };
  const reasons = plan.reasons.map((reason) => ({ ...reason, isTaken: false }));
  return { ...plan, revision, parentRevision, reasons: [...reasons, notTaken('hold', 'no-provider')] };
}

/** Told when the reasons have been others than the last ones told for a while. */
function report(memory: RegionMemory, plan: ScalePlan, now: number): PlanStep {
  const key = keyOf(plan);
  if (key === memory.reportedKey) {
    memory.pending = undefined;
    return NOTHING;
  }
  if (memory.pending?.key !== key) memory.pending = { key, at: now };
  if (now - memory.pending.at < REPORT_AFTER_MS) return NOTHING;
  memory.reportedKey = key;
  memory.pending = undefined;
  return { plan: undefined, report: plan };
}

/** What a report is told anew for: its reasons and what it would do, not the figures in the text. */
function keyOf({ reasons, drain, undrain, terminate, desired }: ScalePlan): string {
  const codes = reasons.map(({ step, isTaken, code }) => `${step}/${isTaken ? '' : 'not-'}${code}`);
  return [...codes, desired, ...drain, '+', ...undrain, '-', ...terminate].join(' ');
}
