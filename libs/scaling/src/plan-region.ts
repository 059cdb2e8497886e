import type { RegionControl } from '@spillway/contracts';
import { heldPlan, planCapacity, type ScalePlan } from './capacity.js';
import type { Inventory } from './inventory.js';
import { look } from './look.js';
import { notTaken, type ReasonCode } from './reasons.js';
import { isUnderWay, type RegionMemory } from './region-memory.js';
import type { RegionContext } from './region-step.js';
import { viewRegion } from './region-view.js';

/** Reports are no more frequent than this, in ms. */
const REPORT_EVERY_MS = 5_000;
const NO_INSTANCES: Inventory = { instances: [] };

export interface PlanStep {
  readonly plan: ScalePlan | undefined;
  readonly report: ScalePlan | undefined;
}

/**
 * Plans the region's size, or says why nothing is planned; writes timers and boots into the memory.
 *
 * 1. Nothing is planned while the link is lost, the bus suspect, all nodes silent or the provider's list unknown,
 *    and how long anything had lasted is forgotten: unknown is no reason for a step.
 * 2. One plan at a time: while the last is carried out, only boots are followed.
 * 3. What a dry run, or a region without a provider, would do is reported and not done.
 */
export function planRegion(memory: RegionMemory, context: RegionContext): PlanStep {
  const { now, region } = context;
  const { provider, dryRun } = region.place.scaling;
  const isAdvice = provider.kind === 'none';
  const listed = isAdvice ? NO_INSTANCES : context.inventory;
  const obstacle = obstacleTo(context, listed);
  if (obstacle !== undefined || !listed) return hold(memory, obstacle ?? 'unknown-inventory', listed, now);
  memory.inViewSinceMs ??= now;
  const seen = look(memory, context, memory.inventory(now, listed));
  if (memory.control.plan && isUnderWay(memory.control.plan)) {
    return report(memory, heldPlan(memory, seen.census.instanceIds.size, 'plan-in-progress'), now);
  }
  const { plan, hasSteps, ...timers } = planCapacity(viewRegion(memory.control, context, seen));
  memory.control = { ...memory.control, ...timers };
  if (!hasSteps) return report(memory, plan, now);
  if (isAdvice || dryRun) return report(memory, unexecuted(plan, memory.control, isAdvice), now);
  memory.reported = { key: keyOf(plan), at: now };
  return { plan, report: undefined };
}

function obstacleTo(
  { isLinkUp, isBusSuspect, signals }: RegionContext,
  listed: Inventory | undefined,
): ReasonCode | undefined {
  if (!isLinkUp) return 'link-lost';
  if (isBusSuspect) return 'bus-suspect';
  if (signals.usableCount === 0 && !signals.isKnown) return 'unknown-nodes';
  return listed ? undefined : 'unknown-inventory';
}

function hold(memory: RegionMemory, code: ReasonCode, listed: Inventory | undefined, now: number): PlanStep {
  memory.inViewSinceMs = undefined;
  memory.control = { ...memory.control, shortSinceMs: null, spareSinceMs: null };
  const active = listed?.instances.filter(({ phase }) => phase !== 'ending').length;
  return report(memory, heldPlan(memory, active ?? memory.knownIds?.size ?? 0, code), now);
}

/** The plan as it is told when nobody carries it out: it is no revision. */
function unexecuted(plan: ScalePlan, { revision, plan: last }: RegionControl, isAdvice: boolean): ScalePlan {
  const parentRevision = last?.parentRevision ?? null;
  if (!isAdvice) return { ...plan, revision, parentRevision };
  const reasons = plan.reasons.map((reason) => ({ ...reason, isTaken: false }));
  return { ...plan, revision, parentRevision, reasons: [...reasons, notTaken('hold', 'no-provider')] };
}

/** Told when the reasons are others than the last ones told, and not too often. */
function report(memory: RegionMemory, plan: ScalePlan, now: number): PlanStep {
  const key = keyOf(plan);
  const { reported } = memory;
  if (reported && (reported.key === key || now - reported.at < REPORT_EVERY_MS)) {
    return { plan: undefined, report: undefined };
  }
  memory.reported = { key, at: now };
  return { plan: undefined, report: plan };
}

/** What a report is told anew for: its reasons and what it would do, not the figures in the text. */
function keyOf({ reasons, drain, undrain, terminate, desired }: ScalePlan): string {
  const codes = reasons.map(({ step, isTaken, code }) => `${step}/${isTaken ? '' : 'not-'}${code}`);
  return [...codes, desired, ...drain, '+', ...undrain, '-', ...terminate].join(' ');
}
