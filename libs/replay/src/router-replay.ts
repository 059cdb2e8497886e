import type { Basis, DecisionRecord, Issued, LogEntry, RefusalRecord, RouterStep } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import {
  explainPlacement,
  place,
  placementRequest,
  placementView,
  RULE_VERSION,
  seedOfRun,
  type EstimateRtt,
  type PlacementView,
} from '@spillway/placement';
import type { LogTail } from './log-tail.js';
import type { ReplayListener, RunName } from './replay-listener.js';
import { Retained } from './retained.js';
import {
  compareDecision,
  compareRefusal,
  differs,
  unverifiable,
  type Doubt,
  type Verdict,
} from './verdict.js';

interface Moment {
  readonly atMs: number;
  readonly position: number;
}

/**
 * One run of one router, once more: folds what it had read when it decided, and decides again. It does what the router
 * did, in the same order: reads entries, loses its link, looks at its view, decides, counts on what it issued.
 */
export class RouterReplay {
  private readonly fleet: Fleet;
  private readonly seed: number;
  private view: PlacementView | undefined;
  /** Log time, which stands in for the router's monotonic clock. */
  private clockMs = 0;
  private hasBegun = false;
  /** The number in the tail of the next entry to fold, and what came before it and was not folded in time. */
  private cursor = 0;
  private backlog: { readonly fromPosition: number; readonly retained: Retained } | undefined;
  private nextN: number | undefined;
  private nextBatch = 0;
  private doubt: Doubt | undefined = 'before-first-state';
  private viewDiffers: Verdict | undefined;

  constructor(
    readonly run: RunName,
    private readonly tail: LogTail,
    private readonly estimateRtt: EstimateRtt,
    private readonly listener: ReplayListener,
  ) {
    this.fleet = new Fleet(run.bootId);
    this.seed = seedOfRun(run.routerId, run.bootId);
  }

  /** Number of the first entry that it has still to fold. */
  get needs(): number {
    return this.hasBegun ? this.cursor : Infinity;
  }

  /** Part of the log is missing. */
  noteGap(): void {
    this.doubt ??= 'gap';
  }

  /** A batch of this run has come. One that comes twice is passed over. */
  replay({ batch, decisions, refused = [] }: Issued, basis: Basis): void {
    if (batch < this.nextBatch) return;
    this.noteHoles(batch, basis);
    const steps = new Steps(basis.steps ?? []);
    steps.upTo(basis.fromN, basis.fromMs, (step) => this.take(step));
    this.stand(basis);
    let nextRefusal = 0;
    for (const [i, decision] of decisions.entries()) {
      const n = basis.fromN + i;
      const { atMs = basis.fromMs, position = basis.fromPosition } = decision;
      for (
        let refusal = refused[nextRefusal];
        refusal && isBefore(refusal, atMs);
        refusal = refused[nextRefusal]
      ) {
        steps.upTo(n, refusal.atMs, (step) => this.take(step));
        this.refuseAgain(refusal, n, basis);
        nextRefusal++;
      }
      steps.upTo(n, Infinity, (step) => this.take(step));
      this.decideAgain(decision, n, { atMs, position }, basis);
    }
    this.nextN = basis.fromN + decisions.length;
    for (const refusal of refused.slice(nextRefusal)) {
      steps.upTo(this.nextN, refusal.atMs, (step) => this.take(step));
      this.refuseAgain(refusal, this.nextN, basis);
    }
    steps.upTo(Infinity, Infinity, (step) => this.take(step));
  }

  /** The tail lets go of this entry; what was not folded yet is kept as a process that starts would read it. */
  noteDropped(entry: LogEntry, index: number): void {
    if (!this.hasBegun || index < this.cursor) return;
    this.backlog ??= { fromPosition: entry.position, retained: new Retained() };
    this.backlog.retained.keep(entry);
    this.cursor = index + 1;
  }

  private noteHoles(batch: number, { fromN }: Basis): void {
    if (this.nextN !== undefined && fromN !== this.nextN) this.doubt ??= 'lost-decisions';
    else if (batch !== this.nextBatch) this.doubt ??= 'gap';
    this.nextBatch = batch + 1;
  }

  /** Holds the view against the router's own: from when on both are made from the same, nothing is in doubt. */
  private stand({ fromMs: atMs, fromPosition: position, view, rule, isRestored }: Basis): void {
    this.standAt({ atMs, position });
    this.viewDiffers = undefined;
    if (rule !== RULE_VERSION) return;
    if (isRestored) {
      this.doubt ??= 'restored';
      return;
    }
    const derived = this.fleet.digest();
    if (derived === view) this.doubt = undefined;
    else if (!this.doubt) this.viewDiffers = differs('view', view, derived);
  }

  private decideAgain(record: DecisionRecord, n: number, moment: Moment, basis: Basis): void {
    this.standAt(moment);
    const { listener, view, fleet } = this;
    if (view && listener.wantsExplanation?.(record)) {
      const request = placementRequest(record, this.seed, n);
      listener.onExplanation?.(record, explainPlacement(fleet, view, request), this.run);
    }
    const doubt = this.doubtOf(basis);
    let verdict: Verdict;
    if (doubt || !view) verdict = unverifiable(doubt ?? 'before-first-state');
    else
      verdict =
        this.viewDiffers ?? compareDecision(record, place(view, placementRequest(record, this.seed, n)));
    this.viewDiffers = undefined;
    listener.onDecision(record, verdict, this.run);
    // What was given out, whether or not it is what should have been: one difference must not make others.
    for (const node of record.nodes) fleet.reserve(node, this.clockMs);
  }

  private refuseAgain(record: RefusalRecord, n: number, basis: Basis): void {
    this.standAt(record);
    const doubt = this.doubtOf(basis);
    let verdict: Verdict;
    if (doubt || !this.view) verdict = unverifiable(doubt ?? 'before-first-state');
    else verdict = compareRefusal(record, place(this.view, placementRequest(record, this.seed, n)));
    this.listener.onRefusal?.(record, verdict, this.run);
  }

  private doubtOf({ rule, isRestored }: Basis): Doubt | undefined {
    if (rule !== RULE_VERSION) return 'other-rule-version';
    return isRestored ? 'restored' : this.doubt;
  }

  private take({ kind, atMs, position }: RouterStep): void {
    this.foldTo(position);
    if (kind === 'gap') {
      this.doubt ??= 'gap';
      return;
    }
    this.clockMs = Math.max(this.clockMs, atMs);
    this.fleet.setLink(kind === 'link-up' ? 'up' : 'down', this.clockMs);
  }

  private standAt({ atMs, position }: Moment): void {
    this.foldTo(position);
    this.clockMs = Math.max(this.clockMs, atMs);
    this.fleet.advance(this.clockMs);
  }

  /** Reads on to where the router had read. */
  private foldTo(position: number): void {
    if (position === 0) return;
    if (!this.hasBegun) this.begin(position);
    if (this.backlog) {
      const { fromPosition, retained } = this.backlog;
      if (position >= fromPosition && position < retained.position) this.doubt ??= 'read-late';
      if (position < retained.position) return;
      for (const entry of retained.entries()) this.fold(entry);
      this.backlog = undefined;
    }
    for (let entry = this.tail.at(this.cursor); entry && entry.position <= position;) {
      this.fold(entry);
      entry = this.tail.at(++this.cursor);
    }
  }

  /** Starts as the router did: with the last entry of every subject. */
  private begin(position: number): void {
    this.hasBegun = true;
    const retained = this.tail.retainedAt(position);
    this.cursor = retained ? this.tail.indexBehind(position) : this.tail.start;
    for (const entry of retained?.entries() ?? []) this.fold(entry);
  }

  private fold(entry: LogEntry): void {
    this.clockMs = Math.max(this.clockMs, entry.at);
    this.fleet.apply(entry, this.clockMs);
    if (entry.event.kind === 'policy') this.view = placementView(this.fleet, this.estimateRtt);
  }
}

function isBefore(refusal: RefusalRecord, atMs: number): boolean {
  return refusal.atMs < atMs;
}

/** The steps of a batch, handed out when it is their turn. */
class Steps {
  private next = 0;

  constructor(private readonly steps: readonly RouterStep[]) {}

  /** Those that came before decision `n`, and no later than `atMs`. */
  upTo(n: number, atMs: number, take: (step: RouterStep) => void): void {
    for (
      let step = this.steps[this.next];
      step && step.n <= n && step.atMs <= atMs;
      step = this.steps[this.next]
    ) {
      this.next++;
      take(step);
    }
  }
}
