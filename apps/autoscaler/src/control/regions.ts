import type { LoggerService } from '@nestjs/common';
import type { RegionControl, RegionPolicy } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { OncePerKey } from '@spillway/runtime';
import type { Announcer } from '../announce/announcer.js';
import type { AutoscalerMetrics } from '../autoscaler-metrics.js';
import type { Executor } from '../execute/executor.js';
import type { FleetView } from '../fleet/fleet-view.js';
import type { Inventories } from '../inventory/inventories.js';
import type { Term } from '../lease/term.js';
import { ControlRecord } from './control-record.js';
import { ControlUnreadableError, FencedError } from './errors.js';
import type { Loop } from './loop.js';
import { RegionRunner } from './region-runner.js';

/** Milliseconds until a state that could not be read is looked at again: somebody may have put it right. */
const LOOK_AGAIN_MS = 10_000;

export interface RegionsParts {
  readonly bus: Bus;
  readonly view: FleetView;
  readonly loop: Loop;
  readonly metrics: AutoscalerMetrics;
  readonly logger: LoggerService;
  readonly inventories: Inventories;
  readonly announcer: Announcer;
  readonly executor: Executor;
  readonly term: Term;
  readonly surrender: (term: Term, reason: string, generationAbove?: number) => void;
}

/** The regions of the policy under this term's control. */
export class Regions {
  private readonly byId = new Map<string, RegionRunner>();
  private readonly takingOver = new Set<string>();
  /** Left alone for want of a state that can be read, and until when. */
  private readonly leftAloneUntilMs = new Map<string, number>();
  private steppedAtMs = performance.now();
  private readonly complaints: OncePerKey;

  constructor(private readonly parts: RegionsParts) {
    this.complaints = new OncePerKey(parts.logger, 'Regions');
  }

  get runners(): ReadonlyMap<string, RegionRunner> {
    return this.byId;
  }

  /** All regions of the policy. @throws what taking a region over throws, except where its state is unreadable. */
  async takeOver(): Promise<void> {
    await Promise.all(this.missing().map((region) => this.takeOverOne(region)));
  }

  /** One step of the control loop over all regions. */
  step(): void {
    const end = this.parts.metrics.stepSeconds.startTimer();
    try {
      this.stepAll();
      this.steppedAtMs = performance.now();
    } finally {
      end();
    }
  }

  /** Regions left alone because their state cannot be read. */
  get unreadable(): string[] {
    return [...this.leftAloneUntilMs.keys()];
  }

  /** Milliseconds since the last step that succeeded. */
  get sinceStepMs(): number {
    return performance.now() - this.steppedAtMs;
  }

  async save(): Promise<void> {
    await Promise.allSettled([...this.byId.values()].map((runner) => runner.save()));
  }

  private stepAll(): void {
    const { view, loop, inventories, term } = this.parts;
    const now = view.now();
    this.followPolicy();
    for (const [region, runner] of this.byId) this.refreshInventory(region, runner);
    const steps = loop.step(now, {
      generation: term.generation,
      inventories: inventories.current(this.byId.keys()),
      isLinkUp: view.link === 'up',
    });
    for (const step of steps) this.byId.get(step.region)?.take(step);
  }

  private refreshInventory(region: string, runner: RegionRunner): void {
    const { inventories, term } = this.parts;
    const settings = this.policies[region]?.scaling.provider;
    if (!settings || runner.isCarryingOut) return;
    const fence = { generation: term.generation, revision: runner.control.revision };
    inventories.refresh({ region, settings, fence }, term.signal);
  }

  /** Takes over what the policy names anew, lets go of what it does not name any more. */
  private followPolicy(): void {
    for (const [region, runner] of this.byId) {
      if (this.policies[region] || runner.isCarryingOut) continue;
      this.byId.delete(region);
      this.parts.inventories.invalidate(region);
    }
    for (const region of this.missing()) {
      void this.takeOverOne(region).catch((error: unknown) => this.fail(error));
    }
  }

  private get policies(): Readonly<Record<string, RegionPolicy>> {
    return this.parts.view.policy?.regions ?? {};
  }

  private missing(): string[] {
    return Object.keys(this.policies).filter(
      (region) =>
        !this.byId.has(region) &&
        !this.takingOver.has(region) &&
        performance.now() >= (this.leftAloneUntilMs.get(region) ?? 0),
    );
  }

  private async takeOverOne(region: string): Promise<void> {
    const { bus, term, loop } = this.parts;
    this.takingOver.add(region);
    try {
      const record = await ControlRecord.takeOver(bus.state, term, region, () => this.initial(region));
      loop.adopt(region, record.control);
      const onFault = (error: unknown) => this.fail(error);
      const runner = new RegionRunner(region, record, { ...this.parts, onFault });
      this.byId.set(region, runner);
      // An increase is seen from a value before it.
      this.parts.metrics.plansFailed.inc({ region }, 0);
      this.leftAloneUntilMs.delete(region);
      runner.resume();
    } catch (error) {
      if (!(error instanceof ControlUnreadableError)) throw error;
      this.leftAloneUntilMs.set(region, performance.now() + LOOK_AGAIN_MS);
      this.complaints.warn(region, error.message);
    } finally {
      this.takingOver.delete(region);
    }
  }

  /** Where nothing is stored: what this process knows, if the store was lost, or the state of a new region. */
  private initial(region: string): RegionControl {
    const { loop } = this.parts;
    if (!loop.control(region)) loop.adopt(region, undefined);
    const control = loop.control(region);
    if (!control) throw new Error(`The control loop does not know ${region}`);
    return control;
  }

  private fail(error: unknown): void {
    const { term, logger, surrender } = this.parts;
    if (term.signal.aborted) return;
    logger.error(
      `The control state is not this autoscaler's any more: ${String(error)}`,
      undefined,
      'Control',
    );
    surrender(
      term,
      'the control state could not be kept',
      error instanceof FencedError ? error.generation : 0,
    );
  }
}
