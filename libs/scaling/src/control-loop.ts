import type { LogEntry, PolicyDocument, RegionControl, Scale } from '@spillway/contracts';
import type { Fleet, FleetRegion } from '@spillway/fleet';
import { Arrivals } from './arrivals.js';
import { demandOf, meanNodeCapacity, type NodeCapacity } from './demand.js';
import type { Inventory } from './inventory.js';
import { addParts, NO_PARTS } from './parts.js';
import { freshControl, RegionMemory } from './region-memory.js';
import { stepRegion, type RegionStep } from './region-step.js';
import { WallClocks } from './schedule.js';
import { readSignals, type RegionSignals } from './signals.js';

const HOUR_MS = 3_600_000;
/** Before any policy is known. */
const DEFAULT_SESSION_SECONDS = 600;

export interface StepInput {
  /** Of the lease under which the caller acts. */
  readonly generation: number;
  /** By region; `undefined`, or nothing for a region, when the provider does not say: no step then. */
  readonly inventories: ReadonlyMap<string, Inventory | undefined>;
  readonly isLinkUp: boolean;
}

/** A region that was neither stepped nor adopted has no state to settle a plan on. */
export class UnknownRegionError extends Error {
  readonly code = 'unknown-region';
  constructor(region: string) {
    super(`Nothing is known of region ${region}: adopt its control state, or step, before settling a plan.`);
    this.name = 'UnknownRegionError';
  }
}

/**
 * The loop that prices, watches and sizes every region of the policy: pure but for the fleet it looks at. What it
 * concludes follows from the log, the control states it adopted and the arguments of its steps.
 *
 * Call `step` about once a second; steps more than ten seconds apart are a gap, from which nothing is concluded.
 */
export class ControlLoop {
  private readonly memories = new Map<string, RegionMemory>();
  private readonly arrivals = new Arrivals();
  private readonly clocks = new WallClocks();

  constructor(private readonly fleet: Fleet) {}

  /** Takes note of an entry of the log, each one once and in order, after the fleet has folded it. */
  observe(entry: LogEntry): void {
    const { policy } = this.fleet;
    const sessionSeconds = policy?.reservation.sessionSeconds ?? DEFAULT_SESSION_SECONDS;
    this.arrivals.observe(entry, sessionSeconds, policy?.defaultRegion);
  }

  /** Goes on from a region's stored state in place of what was known of it; anew when none is stored. */
  adopt(region: string, control: RegionControl | undefined): void {
    const { policy, now } = this.fleet;
    this.memories.set(region, new RegionMemory(control ?? freshControl(policy?.reservation, 0, now)));
    if (control) this.arrivals.presume(region, control.origins);
  }

  control(region: string): RegionControl | undefined {
    return this.memories.get(region)?.control;
  }

  /**
   * A plan was committed (`planned`), or what became of it is known. Call it with `planned` first, store what it
   * returns by compare-and-set, and execute the plan only when that succeeded; when it did not, `adopt` what is
   * stored. The next step plans for this region only once the outcome is `done` or `failed`.
   *
   * @returns the control state to be stored.
   * @throws StalePlanError for a plan that does not follow the region's last one.
   * @throws UnknownRegionError
   */
  settle(region: string, plan: Scale): RegionControl {
    const memory = this.memories.get(region);
    if (!memory) throw new UnknownRegionError(region);
    return memory.settle(region, plan);
  }

  /** @param now log time in ms: `fleet.clock.now`. */
  step(now: number, { generation, inventories, isLinkUp }: StepInput): RegionStep[] {
    const { policy, isBusSuspect } = this.fleet;
    if (!policy) return [];
    const sights = [...this.fleet.regions.values()].map((region) => {
      const memory = this.memoryOf(region, policy, generation, now);
      const nodes = memory.present(this.fleet.nodesIn(region.id), inventories.get(region.id));
      return { region, nodes, signals: readSignals(region, nodes), memory };
    });
    const signals = sights.map((sight) => sight.signals);
    const { sessionSeconds } = policy.reservation;
    const origins = new Map(signals.map(({ id }) => [id, this.arrivals.origins(id, sessionSeconds)]));
    const demands = demandOf(signals, (id) => origins.get(id) ?? {});
    const fleetCapacity = meanOverFleet(signals);
    let changesLeft = policy.scaling.maxChangesPerHour - this.countChanges(now - HOUR_MS);
    return sights.map(({ region, nodes, signals, memory }) => {
      const step = stepRegion(memory, {
        now,
        policy,
        generation,
        isLinkUp,
        isBusSuspect,
        region,
        nodes,
        signals,
        fleetCapacity,
        changesLeft,
        demand: demands.get(region.id) ?? { ratio: null, load: NO_PARTS },
        origins: origins.get(region.id) ?? {},
        issuance: this.arrivals.issuance(region.id, now, sessionSeconds),
        inventory: inventories.get(region.id),
        clocks: this.clocks,
      });
      changesLeft -= changesOf(step);
      return step;
    });
  }

  private memoryOf(
    region: FleetRegion,
    policy: PolicyDocument,
    generation: number,
    now: number,
  ): RegionMemory {
    let memory = this.memories.get(region.id);
    if (!memory) {
      memory = new RegionMemory(freshControl(policy.reservation, generation, now));
      this.memories.set(region.id, memory);
    }
    memory.said ??= region.spillover;
    return memory;
  }

  private countChanges(sinceMs: number): number {
    let changes = 0;
    for (const { control } of this.memories.values()) {
      changes += control.changesAtMs.filter((at) => at > sinceMs).length;
    }
    return changes;
  }
}

/** What the plan takes of the fleet's bound on changes. */
function changesOf({ plan }: RegionStep): number {
  if (!plan) return 0;
  return (
    plan.drain.length +
    plan.terminate.length +
    Math.max(0, plan.desired - plan.current + plan.terminate.length)
  );
}

/** What a node of the fleet holds on average, for regions that never had one. */
function meanOverFleet(signals: readonly RegionSignals[]): NodeCapacity | null {
  const capacity = signals.reduce((sum, region) => addParts(sum, region.capacity), NO_PARTS);
  const usableCount = signals.reduce((sum, region) => sum + region.usableCount, 0);
  return meanNodeCapacity({ capacity, usableCount }) ?? null;
}
