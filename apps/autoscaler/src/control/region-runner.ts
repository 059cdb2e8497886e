import type { LoggerService } from '@nestjs/common';
import type { RegionControl, Scale } from '@spillway/contracts';
import type { RegionStep, ScalePlan } from '@spillway/scaling';
import type { Announcer } from '../announce/announcer.js';
import type { AutoscalerMetrics } from '../autoscaler-metrics.js';
import { PlanRefusedError } from '../execute/errors.js';
import { ensureFollows, type Executor } from '../execute/executor.js';
import type { FleetView } from '../fleet/fleet-view.js';
import type { Inventories } from '../inventory/inventories.js';
import type { Term } from '../lease/term.js';
import { ProviderError } from '../providers/provider-error.js';
import type { ControlRecord } from './control-record.js';
import type { Loop } from './loop.js';

/** A control state that changed in small things only is stored this often. */
const SAVE_MS = 10_000;
/** A plan that was committed longer ago, in log time, was made for a fleet that may be another by now. */
const RESUMED_WITHIN_MS = 60_000;
/** As the contract has it. */
const MAX_ERROR = 512;

export interface RunnerParts {
  readonly term: Term;
  readonly loop: Loop;
  readonly view: FleetView;
  readonly announcer: Announcer;
  readonly executor: Executor;
  readonly inventories: Inventories;
  readonly metrics: AutoscalerMetrics;
  readonly logger: LoggerService;
  /** What is stored is not known any more: the term must end. */
  readonly onFault: (error: unknown) => void;
}

/** One region for one term: stores, announces and carries out what the control loop says of it. */
export class RegionRunner {
  private offered: RegionControl;
  private savedAtMs = performance.now();
  private carryingOut: Promise<void> | undefined;

  constructor(
    readonly region: string,
    private readonly record: ControlRecord,
    private readonly parts: RunnerParts,
  ) {
    this.offered = record.control;
  }

  /** What is stored. */
  get control(): RegionControl {
    return this.record.control;
  }

  /** What the loop knows by now. */
  get latest(): RegionControl {
    return this.parts.loop.control(this.region) ?? this.record.control;
  }

  get isCarryingOut(): boolean {
    return this.carryingOut !== undefined;
  }

  /**
   * Carries on with a plan that was committed a short time ago and not finished, whoever began it. An older one has
   * failed: the control loop plans anew from what is there now.
   */
  resume(): void {
    const { plan } = this.record.control;
    if (plan?.outcome !== 'planned' && plan?.outcome !== 'executing') return;
    const { term, view, logger } = this.parts;
    // Folds pass over what an earlier generation says, and this one says how it goes on.
    const taken: Scale = { ...plan, generation: term.generation };
    const ageSeconds = Math.round((view.now() - Date.parse(plan.at)) / 1000);
    if (ageSeconds * 1000 > RESUMED_WITHIN_MS) {
      const late = new PlanRefusedError(this.region, `it was made ${ageSeconds} s ago and not finished`);
      return this.begin(() => this.settleFailed(taken, late));
    }
    logger.log(`${this.region}: goes on with plan ${plan.revision}`, 'Control');
    this.begin(() => this.execute(taken));
  }

  take(step: RegionStep): void {
    const { region } = this;
    const { announcer, view } = this.parts;
    const at = view.timestamp();
    if (step.spillover) announcer.spillover(region, { at, ...step.spillover });
    if (step.overload) {
      const { sinceMs, ...overload } = step.overload;
      announcer.overload(region, { at, ...overload, since: new Date(sinceMs).toISOString() });
      this.parts.logger.log(`${region}: overload ${overload.state}`, 'Control');
    }
    if (step.report) {
      announcer.report(region, { ...step.report, at, outcome: this.outcomeOf(step.report), error: null });
    }
    const { plan } = step;
    if (plan) this.begin(() => this.commit(plan));
    else if (step.overload || this.isSavingDue(step.control)) this.offer(step.control);
  }

  /** Of a plan that nobody carries out. */
  private outcomeOf({ reasons }: ScalePlan): 'dry-run' | 'held' {
    const isDryRun = this.parts.view.policy?.regions[this.region]?.scaling.dryRun ?? false;
    return isDryRun && reasons.some(({ isTaken }) => isTaken) ? 'dry-run' : 'held';
  }

  /** Stores what the loop knows by now. What is being carried out stays as it is: the next leader goes on with it. */
  async save(): Promise<void> {
    const control = this.parts.loop.control(this.region);
    if (control && control !== this.offered && !this.carryingOut) await this.record.save(control);
  }

  private isSavingDue(control: RegionControl): boolean {
    return control !== this.offered && performance.now() - this.savedAtMs >= SAVE_MS;
  }

  private offer(control: RegionControl): void {
    this.noteSaving(control);
    this.record.offer(control, (error) => this.fail(error));
  }

  private noteSaving(control: RegionControl): void {
    this.offered = control;
    this.savedAtMs = performance.now();
  }

  /** One plan at a time; a failure of storing or announcing it ends the term, and the next one goes on with it. */
  private begin(work: () => Promise<void>): void {
    if (this.carryingOut) return this.fail(new Error(`${this.region}: two plans at a time`));
    this.carryingOut = work()
      .catch((error: unknown) => this.fail(error))
      .finally(() => (this.carryingOut = undefined));
  }

  private fail(error: unknown): void {
    if (!this.parts.term.signal.aborted) this.parts.onFault(error);
  }

  /** Nothing is done before the plan is stored as the one that follows what was stored. */
  private async commit(plan: ScalePlan): Promise<void> {
    ensureFollows(this.region, plan, this.record.control);
    const { generation } = this.parts.term;
    const committed: Scale = {
      ...plan,
      generation,
      at: this.parts.view.timestamp(),
      outcome: 'planned',
      error: null,
    };
    await this.settle(committed);
    this.parts.logger.log(`${this.region}: ${summaryOf(committed)}`, 'Control');
    await this.execute(committed);
  }

  private async execute(plan: Scale): Promise<void> {
    const { term, executor, inventories, metrics, logger } = this.parts;
    await this.settle({ ...plan, outcome: 'executing' });
    try {
      await executor.execute({ region: this.region, plan, term, stored: () => this.record.control });
      inventories.invalidate(this.region);
      await this.settle({ ...plan, outcome: 'done' });
      metrics.planDone(this.region, plan);
      logger.log(`${this.region}: plan ${plan.revision} is done, ${plan.desired} instances`, 'Control');
    } catch (error) {
      if (!term.isCurrent || !isOfThePlan(error)) throw error;
      inventories.invalidate(this.region);
      await this.settleFailed(plan, error);
    }
  }

  private async settleFailed(plan: Scale, error: Error): Promise<void> {
    const { metrics, logger } = this.parts;
    metrics.plansFailed.inc({ region: this.region });
    logger.error(`${this.region}: plan ${plan.revision} failed: ${String(error)}`, undefined, 'Control');
    await this.settle({ ...plan, outcome: 'failed', error: error.message.slice(0, MAX_ERROR) });
  }

  /** Stores the plan as it is now, then says so. The loop outlives the term, and is another term's after it. */
  private async settle(plan: Scale): Promise<void> {
    this.parts.term.ensureCurrent();
    const control = this.parts.loop.settle(this.region, plan);
    this.noteSaving(control);
    await this.record.save(control);
    await this.parts.announcer.plan(this.region, plan);
  }
}

function summaryOf({ revision, current, desired, drain, undrain, terminate }: Scale): string {
  const nodes = (what: string, ids: readonly string[]) =>
    ids.length > 0 ? [`${what} ${ids.join(', ')}`] : [];
  const steps = [...nodes('undrain', undrain), ...nodes('drain', drain), ...nodes('end', terminate)];
  return [`plan ${revision}: from ${current} to ${desired} instances`, ...steps].join('; ');
}

/** The plan failed, rather than this autoscaler's right to carry it out. */
function isOfThePlan(error: unknown): error is Error {
  return error instanceof ProviderError || error instanceof PlanRefusedError;
}
