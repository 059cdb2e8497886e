import type { DecisionRecord } from '@spillway/contracts';
import { estimateRttMs } from '@spillway/geo';
import type { LogBatch, WindowGap } from '@spillway/messaging';
import { LogReplay, type Doubt, type RunName, type Verdict } from '@spillway/replay';

/** Differences kept to be shown; all are counted. */
const SHOWN = 20;
/** Missing parts likewise. */
const PARTS_SHOWN = 5;

export interface Difference {
  readonly router: string;
  /** The decision's id; `null` of a refusal, which has none. */
  readonly decision: string | null;
  /** Log time in ms, and how far the router had read. */
  readonly atMs: number | null;
  readonly position: number | null;
  readonly field: string;
  readonly recorded: string;
  readonly derived: string;
}

export interface Count {
  all: number;
  differ: number;
  unverifiable: number;
}

const nothing = (): Count => ({ all: 0, differ: 0, unverifiable: 0 });

/** Derives every decision of a part of the log again, and counts what came of it. */
export class Verification {
  readonly decisions = nothing();
  readonly refusals = nothing();
  readonly doubts = new Map<Doubt, number>();
  /** The first of them. */
  readonly differences: Difference[] = [];
  /** Parts of the log that are not there, the first of them, and how many. */
  readonly missing: WindowGap[] = [];
  missingParts = 0;
  /** False when the archive is cut off or damaged: not all that was exported could be verified. */
  isFileWhole = true;
  /** Messages that nobody here understands. */
  unreadable = 0;
  private readonly replay: LogReplay;

  /** @param fromMs what was decided before that, in log time, is derived but not counted. */
  constructor(private readonly fromMs = 0) {
    this.replay = new LogReplay(estimateRttMs, {
      onDecision: (record, verdict, run) => this.note(this.decisions, record, verdict, run, record.id),
      onRefusal: (record, verdict, run) => this.note(this.refusals, record, verdict, run, null),
    });
  }

  take({ gap, entries, rejected }: LogBatch): void {
    this.unreadable += rejected.length;
    if (gap) this.pass(gap);
    for (const entry of entries) this.replay.apply(entry);
  }

  private pass(gap: WindowGap): void {
    this.replay.noteGap(gap.cause === 'new-stream');
    this.missingParts++;
    if (gap.cause === 'truncated' || gap.cause === 'damaged') this.isFileWhole = false;
    if (this.missing.length < PARTS_SHOWN) this.missing.push(gap);
  }

  private note(
    count: Count,
    { atMs, position }: Pick<DecisionRecord, 'atMs' | 'position'>,
    verdict: Verdict,
    { routerId }: RunName,
    decision: string | null,
  ): void {
    if (atMs !== undefined && atMs < this.fromMs) return;
    count.all++;
    if (verdict.kind === 'unverifiable') {
      count.unverifiable++;
      this.doubts.set(verdict.reason, (this.doubts.get(verdict.reason) ?? 0) + 1);
    }
    if (verdict.kind !== 'differs') return;
    count.differ++;
    if (this.differences.length >= SHOWN) return;
    const { field, recorded, derived } = verdict;
    const when = { atMs: atMs ?? null, position: position ?? null };
    this.differences.push({ router: routerId, decision, ...when, field, recorded, derived });
  }
}
