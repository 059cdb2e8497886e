import type { RejectionReason } from '@spillway/contracts';
import type { LogBatch, WindowGap } from '@spillway/messaging';
import type { Scene } from './watch.js';
import { duration } from '../../log/wording.js';
import { timeOfDay } from './wording.js';

/** The clock of a log that goes back by less does so among the servers of a cluster: not worth a word. */
const CLOCK_BACK_MS = 1_000;
const MAX_GAPS = 1_000;

/** A part of the log that was not read. Times are those of the entries around it, `null` where there is none. */
export interface MissingPart extends WindowGap {
  readonly afterMs: number | null;
  readonly untilMs: number | null;
}

type Rejected = LogBatch['rejected'][number];

/** What is wrong with the log itself. */
export class Telemetry {
  readonly missing: MissingPart[] = [];
  private readonly unreadableCounts = new Map<RejectionReason, number>();
  private highestAt = 0;
  private isBehind = false;

  constructor(private readonly scene: Scene) {}

  /** Messages that could not be read, by reason. */
  get unreadable(): ReadonlyMap<RejectionReason, number> {
    return this.unreadableCounts;
  }

  noteGap(gap: WindowGap, afterMs: number | null, untilMs: number | null): void {
    if (this.missing.length < MAX_GAPS) this.missing.push({ ...gap, afterMs, untilMs });
    const facts = { from: gap.from, to: gap.to, cause: gap.cause };
    this.scene.tell(
      { kind: 'log-gap', text: describeGap(gap, afterMs, untilMs), facts },
      afterMs ?? undefined,
    );
  }

  noteRejected({ reason, subject, detail, position }: Rejected): void {
    const count = this.unreadableCounts.get(reason) ?? 0;
    this.unreadableCounts.set(reason, count + 1);
    if (count > 0) return;
    const text = `message ${position} cannot be read (${reason}): ${subject.slice(0, 100)}: ${detail}`;
    this.scene.tell({
      kind: 'unreadable',
      text,
      facts: { reason, subject: subject.slice(0, 100), position },
    });
  }

  /** @returns whether the entry bears an earlier time than one before it, by more than servers differ. */
  noteTime(at: number): void {
    if (at >= this.highestAt) {
      this.highestAt = at;
      this.isBehind = false;
      return;
    }
    if (this.isBehind || this.highestAt - at < CLOCK_BACK_MS) return;
    this.isBehind = true;
    const byMs = this.highestAt - at;
    const text =
      `the clock of the log went back by ${duration(byMs)}, to ${timeOfDay(at)}; ` +
      `what was written until it had caught up is shown at ${timeOfDay(this.highestAt)}`;
    this.scene.tell({ kind: 'clock-back', text, facts: { byMs } });
  }

  noteSilence(fromMs: number, toMs: number): void {
    const text = `nothing was written to the log for ${duration(toMs - fromMs)}`;
    this.scene.tell({ kind: 'log-silent', text, facts: { forMs: toMs - fromMs } }, fromMs);
  }
}

const CAUSES: Record<WindowGap['cause'], string> = {
  retention: 'the log no longer has it',
  'new-stream': 'the log was made anew',
  damaged: 'the file is damaged there',
  truncated: 'the file ends too early',
};

/** @param afterMs log time of what came before it, where that is known, and of what comes after it. */
export function describeGap(
  { from, to, cause, detail }: WindowGap,
  afterMs: number | null = null,
  untilMs: number | null = null,
): string {
  const forMs = afterMs === null || untilMs === null ? undefined : untilMs - afterMs;
  const long = forMs === undefined || forMs < 1000 ? '' : `, ${duration(forMs)} of log time`;
  const where = to < from ? `behind position ${from - 1}` : `positions ${from} to ${to}`;
  return `missing: ${where}${long} – ${CAUSES[cause]}${detail === undefined ? '' : ` (${detail})`}`;
}
