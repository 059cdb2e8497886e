import type { RegionControl } from '@spillway/contracts';
import { priceCurve, priceMs } from '@spillway/fleet';
import type { ScalePlan } from './capacity.js';
import { meanNodeCapacity } from './demand.js';
import { roundUp } from './load-per-credential.js';
import { observeRegion } from './observe-region.js';
import { overloadChange, type OverloadChange } from './overload.js';
import { planRegion } from './plan-region.js';
import type { RegionContext } from './region-context.js';
import type { RegionMemory } from './region-memory.js';
import { isPriceDue, VALID_FOR_SECONDS, type Price } from './spillover.js';

const MAX_PRICE_MS = 100_000;
const MAX_RATIO = 100;

/** What one step came to, for one region. */
export interface RegionStep {
  readonly region: string;
  /** A new value; it does not hold `plan` yet, see `ControlLoop.settle`. */
  readonly control: RegionControl;
  /** To be announced now: it moved enough, or is due. */
  readonly spillover: Price | undefined;
  /** Only when overload began or ended. */
  readonly overload: OverloadChange | undefined;
  /** To be committed, then executed. */
  readonly plan: ScalePlan | undefined;
  /** Without a step, for reasons other than the last ones; for a dry run, what would have been done. */
  readonly report: ScalePlan | undefined;
}

/** Observes, then prices, then plans; writes what it comes to into the memory. */
export function stepRegion(memory: RegionMemory, context: RegionContext): RegionStep {
  const { policy, region, signals } = context;
  const isInView = context.isLinkUp && !context.isBusSuspect;
  const before = memory.control;
  const nodeCapacity = meanNodeCapacity(signals) ?? before.nodeCapacity ?? context.fleetCapacity;
  memory.control = observeRegion(before, context, { isInView, said: memory.said, nodeCapacity });
  const spillover = isInView ? priceToSay(memory, context) : undefined;
  const { overload: after, demand: ratio } = memory.control;
  const overload = overloadChange(before.overload, after, ratio, policy.threshold);
  const { plan, report } = planRegion(memory, context);
  return { region: region.id, control: memory.control, spillover, overload, plan, report };
}

/** Nothing is said of a region whose utilization is unknown: the routers' price then fades on all of them alike. */
function priceToSay(
  memory: RegionMemory,
  { now, policy, region, signals }: RegionContext,
): Price | undefined {
  const { control } = memory;
  const { utilization } = signals;
  if (utilization === null) return undefined;
  const curve = priceCurve(policy, region.holds);
  const price: Price = {
    priceMs: Math.min(MAX_PRICE_MS, priceMs(utilization, control.integralMs, curve)),
    integralMs: control.integralMs,
    utilization: Math.min(MAX_RATIO, utilization),
    demand: control.demand,
    loadPerCredential: roundUp(control.loadPerCredential),
    origins: control.origins,
    target: policy.price.target,
    generation: control.generation,
    validForSeconds: VALID_FOR_SECONDS,
  };
  if (!isPriceDue(memory.said, price, now)) return undefined;
  memory.said = { event: price, at: now };
  return price;
}
