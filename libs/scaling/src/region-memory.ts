import type { PolicyDocument, RegionControl, Scale } from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import type { ScalePlan } from './capacity.js';
import type { Inventory } from './inventory.js';
import { policyLoadPerCredential } from './load-per-credential.js';
import { failedPlan, type PlanFailures } from './plan-failures.js';
import type { Price } from './spillover.js';
import { slopeOf, type Trail } from './trend.js';

/** An instance that was ended is taken to be on its way out for so long, whatever the provider still lists. */
const ENDED_FOR_MS = 60_000;

const HOUR_MS = 3_600_000;
/** As many changes of one region are remembered. */
export const MAX_CHANGES = 1000;

/** A region nobody controlled before. @param reservation the policy's; without one, the load is yet to be learned. */
export function freshControl(
  reservation: PolicyDocument['reservation'] | undefined,
  generation: number,
  now: number,
): RegionControl {
  return {
    atMs: now,
    generation,
    revision: 0,
    integralMs: 0,
    demand: null,
    loadPerCredential: reservation
      ? policyLoadPerCredential(reservation)
      : { bandwidthBps: 0, allocations: 0 },
    origins: {},
    overload: null,
    highSinceMs: null,
    trail: [],
    nodeCapacity: null,
    lastGrowthAtMs: null,
    lastShrinkAtMs: null,
    spareSinceMs: null,
    shortSinceMs: null,
    bootSeconds: null,
    booting: [],
    failedBoots: 0,
    lastFailureAtMs: null,
    changesAtMs: [],
    planChanges: 0,
    failedPlans: 0,
    lastPlanFailureAtMs: null,
    plan: null,
  };
}

/** A plan that does not follow the region's last one: made by another leader, or settled twice. */
export class StalePlanError extends Error {
  readonly code = 'stale-plan';
  constructor(region: string, plan: Pick<Scale, 'revision'>, { revision }: Pick<RegionControl, 'revision'>) {
    super(
      `The plan ${plan.revision} of ${region} does not follow its plan ${revision}: read the region's control state and adopt it.`,
    );
    this.name = 'StalePlanError';
  }
}

/** What the loop knows of a region besides its control state: all of it can be had again from the log in time. */
export class RegionMemory {
  /** The instances there were when they were last looked at. */
  knownIds: ReadonlySet<string> | undefined;
  /** Gone, or being ended: whose nodes are no static ones. */
  private departed: ReadonlySet<string> = new Set();
  /** Instances ordered and not seen yet; `undefined` until the provider's list is seen for the first time. */
  awaited: number | undefined;
  /** The last price announced. */
  said: { readonly event: Price; readonly at: number } | undefined;
  /** The reasons last told of, and others that there are since `at`. */
  reportedKey: string | undefined;
  pending: { readonly key: string; readonly at: number } | undefined;
  /** Since when, without a break, the fleet and the instances are in view. */
  inViewSinceMs: number | undefined;
  private read: { readonly trail: Trail; readonly slope: number } | undefined;
  /** Until when instances that were ended are taken to be on their way out. */
  private readonly endedUntil = new Map<string, number>();

  constructor(public control: RegionControl) {
    const { plan } = control;
    if (plan) this.noteEndings(plan);
  }

  /** How fast demand grows, in nodes a second. */
  get slope(): number {
    const { trail } = this.control;
    if (this.read?.trail !== trail) this.read = { trail, slope: slopeOf(trail) };
    return this.read.slope;
  }

  /**
   * The nodes that count: not those of instances that the provider had and has no more, which the fleet only has
   * not forgotten yet. Their silence is no riddle.
   */
  present(nodes: readonly FleetNode[], listed: Inventory | undefined): readonly FleetNode[] {
    if (!listed && this.departed.size === 0) return nodes;
    const listedIds = new Set(listed?.instances.map(({ instanceId }) => instanceId));
    const isGone = (id: string) =>
      this.departed.has(id) ? !listedIds.has(id) : listed && !listedIds.has(id) && this.knownIds?.has(id);
    const gone = nodes.map(({ heartbeat }) => heartbeat.instanceId).filter(isGone);
    this.departed = new Set(gone);
    return gone.length === 0
      ? nodes
      : nodes.filter(({ heartbeat }) => !this.departed.has(heartbeat.instanceId));
  }

  /** The provider's list, with what was ended shown as ending. */
  inventory(now: number, listed: Inventory): Inventory {
    const ids = new Set(listed.instances.map(({ instanceId }) => instanceId));
    for (const [id, until] of this.endedUntil) if (now > until || !ids.has(id)) this.endedUntil.delete(id);
    if (this.endedUntil.size === 0) return listed;
    return {
      instances: listed.instances.map((instance) =>
        this.endedUntil.has(instance.instanceId) ? { ...instance, phase: 'ending' } : instance,
      ),
    };
  }

  /** A plan was committed, or what becomes of it is known. */
  settle(region: string, plan: Scale): RegionControl {
    const { revision } = this.control;
    const isNext = plan.revision === revision + 1 && (plan.parentRevision ?? 0) === revision;
    if (!isNext && (plan.revision !== revision || revision === 0)) {
      throw new StalePlanError(region, plan, this.control);
    }
    if (isNext) this.commit(plan);
    const wasUnderWay = !this.control.plan || isNext || isUnderWay(this.control.plan);
    this.control = { ...this.control, ...(wasUnderWay && afterwards(this.control, plan)), plan };
    if (plan.outcome === 'done') this.noteEndings(plan);
    if (plan.outcome === 'failed') this.awaited = 0;
    return this.control;
  }

  private commit(plan: ScalePlan): void {
    const { control } = this;
    const now = control.atMs;
    const awaited = this.awaited ?? 0;
    const added = Math.max(0, plan.desired - (plan.current - plan.terminate.length) - awaited);
    this.awaited = awaited + added;
    const shrinks = plan.drain.length + plan.terminate.length;
    const changes = Array.from({ length: added + shrinks }, () => now);
    this.control = {
      ...control,
      revision: plan.revision,
      lastGrowthAtMs: added > 0 ? now : control.lastGrowthAtMs,
      lastShrinkAtMs: shrinks > 0 ? now : control.lastShrinkAtMs,
      shortSinceMs: null,
      spareSinceMs: null,
      changesAtMs: [...control.changesAtMs.filter((at) => now - at < HOUR_MS), ...changes].slice(
        -MAX_CHANGES,
      ),
      planChanges: Math.min(changes.length, MAX_CHANGES),
    };
  }

  private noteEndings(plan: Scale): void {
    if (plan.outcome !== 'done') return;
    const until = (this.control.lastShrinkAtMs ?? 0) + ENDED_FOR_MS;
    for (const id of plan.terminate) this.endedUntil.set(id, until);
  }
}

export function isUnderWay({ outcome }: Pick<Scale, 'outcome'>): boolean {
  return outcome === 'planned' || outcome === 'executing';
}

/** An undrain calls no provider, so it says nothing of whether plans fail. */
function afterwards(control: RegionControl, plan: Scale): Partial<PlanFailures> {
  if (plan.outcome === 'failed') return failedPlan(control, plan);
  return plan.outcome === 'done' && control.planChanges > 0 ? { failedPlans: 0 } : {};
}
