import type { Basis, DecisionRecord, Issued, LogEntry, RefusalRecord, RouterStep } from '@spillway/contracts';
import { Fleet, ROUTER_LIVE_MS } from '@spillway/fleet';
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
import { Backlog } from './backlog.js';
import type { LogTail } from './log-tail.js';
import type { ReplayListener, RunName } from './replay-listener.js';
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
  /** As far as the router told: one that is first heard of in the middle may say first that its link is back. */
  private isLinkLost = false;
  /** The number in the tail of the next entry to fold, and what came before it and was not folded in time. */
  private cursor = 0;
  private backlog: Backlog | undefined;
  private nextN: number | undefined;
  private nextBatch = 0;
  /** Position of the batch that is replayed. */
  private toldAt = 0;
  /** How far it had read when it decided last. */
  private position = 0;
  /** Where it stood when it was told that what comes next is missing: what it has read is whole until it reads on. */
  private gapBehind: number | undefined;
  /** After a gap: log time from which on a view that looks the same is the same. */
  private provenFrom = 0;
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

  /** A batch of this run has come, at `toldAt` of the log. One that comes twice is passed over. */
  replay({ batch, decisions, refused = [] }: Issued, basis: Basis, toldAt: number): void {
    if (batch < this.nextBatch) return;
    this.toldAt = toldAt;
    this.noteHoles(batch, basis);
    const steps = new Steps(basis.steps ?? [], (step) => this.take(step));
    steps.upTo(0);
    this.stand(basis);
    let answers = 0;
    let nextRefusal = 0;
    const refuseUpTo = (after: number) => {
      for (
        let refusal = refused[nextRefusal];
        refusal && refusal.after <= after;
        refusal = refused[nextRefusal]
      ) {
        steps.upTo(answers++);
        this.refuseAgain(refusal, basis.fromN + after, basis);
        nextRefusal++;
      }
    };
    for (const [i, decision] of decisions.entries()) {
      refuseUpTo(i);
      steps.upTo(answers++);
      this.decideAgain(decision, basis.fromN + i, basis);
    }
    refuseUpTo(decisions.length);
    steps.upTo(Infinity);
    this.nextN = basis.fromN + decisions.length;
  }

  /** The tail lets go of this entry; what was not folded yet is kept as a process that starts would read it. */
  noteDropped(entry: LogEntry, index: number): void {
    if (!this.hasBegun || index < this.cursor) return;
    this.backlog ??= new Backlog();
    this.backlog.keep(entry);
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
    // Nothing can be said of a view before it was whole: an empty one is like any other that is empty.
    if (rule !== RULE_VERSION || position === 0) return;
    if (isRestored) {
      this.doubt ??= 'restored';
      return;
    }
    if (this.tail.gaps.some(({ from, to }) => from <= position && position < to)) return;
    const derived = this.fleet.digest();
    if (derived === view) this.settle();
    else if (!this.doubt) this.viewDiffers = differs('view', view, derived);
  }

  /** The view looks the same: it is, unless batches are missing of routers that still count as alive. */
  private settle(): void {
    if (this.provenFrom === Infinity) this.provenFrom = this.clockMs + ROUTER_LIVE_MS;
    if (this.provenFrom > 0 && (this.isLinkLost || this.clockMs < this.provenFrom)) return;
    this.provenFrom = 0;
    this.doubt = undefined;
  }

  private decideAgain(record: DecisionRecord, n: number, basis: Basis): void {
    const { atMs = basis.fromMs, position = basis.fromPosition } = record;
    this.standAt({ atMs, position });
    const { listener, view, fleet } = this;
    if (view && listener.wantsExplanation?.(record)) {
      const request = placementRequest(record, this.seed, n);
      listener.onExplanation?.(record, explainPlacement(fleet, view, request), this.run);
    }
    const given = this.giveInstead(record, n);
    if (!given) {
      const verdict = this.verdictOn(basis, (view) =>
        compareDecision(record, place(view, placementRequest(record, this.seed, n))),
      );
      listener.onDecision(record, verdict, this.run);
    }
    // What was given out, whether or not it is what should have been: one difference must not make others.
    for (const node of given ?? record.nodes) fleet.reserve(node, this.clockMs);
  }

  private refuseAgain(record: RefusalRecord, n: number, basis: Basis): void {
    this.standAt(record);
    const given = this.giveInstead(record, n);
    if (given) {
      for (const node of given) this.fleet.reserve(node, this.clockMs);
      return;
    }
    const verdict = this.verdictOn(basis, (view) =>
      compareRefusal(record, place(view, placementRequest(record, this.seed, n))),
    );
    this.listener.onRefusal?.(record, verdict, this.run);
  }

  /** Of a log that was changed, what is given out instead. */
  private giveInstead(record: DecisionRecord | RefusalRecord, n: number): readonly string[] | undefined {
    const { view, listener, seed } = this;
    return view && listener.instead?.(record, () => place(view, placementRequest(record, seed, n)));
  }

  /** A view that differs is told once, with the first that was decided on it. */
  private verdictOn(basis: Basis, compare: (view: PlacementView) => Verdict): Verdict {
    const { view, viewDiffers } = this;
    this.viewDiffers = undefined;
    const doubt = this.doubtOf(basis);
    if (doubt || !view) return unverifiable(doubt ?? 'before-first-state');
    return viewDiffers ?? compare(view);
  }

  private doubtOf({ rule, isRestored }: Basis): Doubt | undefined {
    if (rule !== RULE_VERSION) return 'other-rule-version';
    return isRestored ? 'restored' : this.doubt;
  }

  private take({ kind, atMs, position }: RouterStep): void {
    this.foldTo({ atMs, position });
    if (kind === 'gap') {
      this.gapBehind = position;
      return;
    }
    this.passTo(atMs);
    if (kind === 'link-down' || !this.isLinkLost) this.fleet.setLink('down', this.clockMs);
    if (kind === 'link-up') this.fleet.setLink('up', this.clockMs);
    // While the link is lost and for a while after it nobody is taken for silent.
    if (kind === 'link-up' && this.provenFrom > 0) this.provenFrom = this.clockMs + ROUTER_LIVE_MS;
    this.isLinkLost = kind === 'link-down';
  }

  private standAt({ atMs, position }: Moment): void {
    this.foldTo({ atMs, position });
    this.passTo(atMs);
    this.fleet.advance(this.clockMs);
  }

  private passTo(atMs: number): void {
    if (this.clockMs === 0 && atMs > 0) this.fleet.clock.begin(atMs, atMs);
    this.clockMs = Math.max(this.clockMs, atMs);
  }

  /**
   * Reads on to where the router had read. A server that is killed may lose what it stored last, and give its positions
   * to others: the router cannot have read as far as where it told of it, nor what was written after that moment.
   */
  private foldTo({ atMs, position }: Moment): void {
    if (position === 0) return;
    if (position >= this.toldAt) this.passGap();
    if (this.gapBehind !== undefined && this.gapBehind !== position) {
      this.gapBehind = undefined;
      this.passGap();
    }
    for (const { from, to } of this.tail.gaps) if (from <= position && this.position < to) this.passGap();
    this.position = position;
    if (!this.hasBegun) this.begin(position);
    const taken = this.backlog?.takeUpTo(position, (entry) => this.fold(entry)) ?? 'all';
    if (taken === 'late') this.doubt ??= 'read-late';
    if (taken !== 'all') return;
    this.backlog = undefined;
    for (let entry = this.tail.at(this.cursor); entry && entry.position <= position;) {
      if (entry.at > atMs) return this.passGap();
      this.fold(entry);
      entry = this.tail.at(++this.cursor);
    }
  }

  private passGap(): void {
    this.doubt ??= 'gap';
    this.provenFrom = Infinity;
  }

  /** Starts as the router did: with the last entry of every subject. */
  private begin(position: number): void {
    this.hasBegun = true;
    const retained = this.tail.retainedAt(position);
    this.cursor = retained ? this.tail.indexBehind(position) : this.tail.start;
    for (const entry of retained?.entries() ?? []) this.fold(entry);
  }

  private fold(entry: LogEntry): void {
    this.passTo(entry.at);
    this.fleet.apply(entry, this.clockMs);
    if (entry.event.kind === 'policy') this.view = placementView(this.fleet, this.estimateRtt);
  }
}

/** The steps of a batch, taken when it is their turn. */
class Steps {
  private next = 0;

  constructor(
    private readonly steps: readonly RouterStep[],
    private readonly take: (step: RouterStep) => void,
  ) {}

  /** Those that came before so many answers. */
  upTo(answers: number): void {
    for (let step = this.steps[this.next]; step && step.after <= answers; step = this.steps[this.next]) {
      this.next++;
      this.take(step);
    }
  }
}
