import { once } from 'node:events';
import type { LoggerService } from '@nestjs/common';
import type { ProviderKind } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { OncePerKey } from '@spillway/runtime';
import { Announcer } from '../announce/announcer.js';
import { Restatement } from '../announce/restatement.js';
import type { AutoscalerMetrics } from '../autoscaler-metrics.js';
import { NodeCommands } from '../command/node-commands.js';
import { Executor } from '../execute/executor.js';
import { ProviderCalls } from '../execute/provider-calls.js';
import type { FleetView } from '../fleet/fleet-view.js';
import { Inventories } from '../inventory/inventories.js';
import type { Term } from '../lease/term.js';
import type { Provider } from '../providers/provider.js';
import { FencedError } from './errors.js';
import type { Loop } from './loop.js';
import { Regions } from './regions.js';

/** Milliseconds from one step of the control loop to the next. */
const STEP_MS = 1_000;
/** What is restated is restated this many times in the time the log is kept, and not more often than this. */
const RESTATEMENTS_PER_WINDOW = 10;
const MIN_RESTATEMENT_MS = 5_000;
/** Milliseconds from one look at the stored policy to the next. */
const POLICY_LOOK_MS = 2_000;
/** Milliseconds taking over may last, and letting go. */
const TAKE_OVER_MS = 15_000;
const LET_GO_MS = 2_000;

export interface LeadershipParts {
  readonly bus: Bus;
  readonly view: FleetView;
  readonly loop: Loop;
  readonly providerOf: (kind: ProviderKind) => Provider;
  readonly metrics: AutoscalerMetrics;
  readonly logger: LoggerService;
  readonly logMaxAgeSeconds: number;
  /** Milliseconds from one step of the control loop to the next; a second unless given. */
  readonly stepMs?: number;
  /** The term must end although the lease is held. */
  readonly surrender: (term: Term, reason: string, generationAbove?: number) => void;
}

/** What this autoscaler does while it holds the lease. */
export class Leadership {
  readonly inventories: Inventories;
  private readonly calls: ProviderCalls;
  private readonly executor: Executor;
  private regionsOfTerm: Regions | undefined;
  private readonly complaints: OncePerKey;
  private isStopping = false;

  constructor(private readonly parts: LeadershipParts) {
    const { providerOf, metrics, logger } = parts;
    this.calls = new ProviderCalls(providerOf, metrics);
    this.inventories = new Inventories(this.calls, logger);
    this.executor = new Executor({ ...parts, calls: this.calls });
    this.complaints = new OncePerKey(logger, 'Control');
  }

  /** The regions under control; `undefined` while another leads, or this one is still taking over. */
  get regions(): Regions | undefined {
    return this.regionsOfTerm;
  }

  /** Leads until the term is over. Never rejects. */
  async lead(term: Term): Promise<void> {
    const { logger, surrender } = this.parts;
    try {
      await this.act(term);
    } catch (error) {
      if (term.signal.aborted) return;
      logger.error(`Cannot lead: ${String(error)}`, undefined, 'Control');
      surrender(term, 'it could not lead', error instanceof FencedError ? error.generation : 0);
    } finally {
      this.regionsOfTerm = undefined;
    }
  }

  /** Stores what is known, as far as NATS allows. What is being carried out is left for whoever leads next. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.regionsOfTerm?.save();
  }

  private async act(term: Term): Promise<void> {
    const { bus, view, logger } = this.parts;
    await view.whole(term.signal);
    const announcer = new Announcer(bus, term, logger);
    const restatement = new Restatement({ ...this.parts, term, announcer });
    const { inventories, executor } = this;
    const regions = new Regions({ ...this.parts, inventories, executor, term, announcer });
    await within(TAKE_OVER_MS, () => this.takeOver(term, regions, restatement));
    const responder = await new NodeCommands({ bus, view, term, logger }).respond();
    logger.log(`Controls ${regions.runners.size} regions under generation ${term.generation}`, 'Control');
    this.regionsOfTerm = regions;
    await this.runUntilOver(term, regions, restatement);
    await within(LET_GO_MS, () => responder.stop());
  }

  private async takeOver(term: Term, regions: Regions, restatement: Restatement): Promise<void> {
    // The log may have been still for long: from this entry on log time is now.
    await this.parts.view.reached(await restatement.policy(), term.signal);
    this.inventories.clear();
    await regions.takeOver();
    for (const [region, { control }] of regions.runners) restatement.region(region, control);
  }

  private async runUntilOver(term: Term, regions: Regions, restatement: Restatement): Promise<void> {
    const restate = async () => {
      for (const [region, { control }] of regions.runners) restatement.region(region, control);
      await restatement.policy();
      await restatement.drains();
    };
    const windowMs = this.parts.logMaxAgeSeconds * 1000;
    const restateMs = Math.max(MIN_RESTATEMENT_MS, windowMs / RESTATEMENTS_PER_WINDOW);
    const timers = [
      setInterval(() => this.tick(term, regions), this.parts.stepMs ?? STEP_MS),
      setInterval(() => void this.attempt(term, 'restating', restate), restateMs),
      setInterval(
        () => void this.attempt(term, 'the policy', () => restatement.healPolicy()),
        POLICY_LOOK_MS,
      ),
    ];
    // Taking over says the rest; with many drains this takes its time.
    void this.attempt(term, 'restating', () => restatement.drains());
    if (!term.signal.aborted) await once(term.signal, 'abort');
    for (const timer of timers) clearInterval(timer);
  }

  private tick(term: Term, regions: Regions): void {
    if (this.isStopping || !term.isCurrent) return;
    void this.attempt(term, 'the control loop', () => regions.step());
  }

  private async attempt(term: Term, what: string, work: () => unknown): Promise<void> {
    try {
      await work();
      this.complaints.forget(what);
    } catch (error) {
      if (!term.signal.aborted) this.complaints.warn(what, `A failure in ${what}: ${describe(error)}`);
    }
  }
}

/** Nothing a leader waits for may keep it from acting, or from letting go, for ever. */
async function within(limitMs: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
  });
  await Promise.race([work(), limit]).finally(() => clearTimeout(timer));
}

const describe = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
