import type { LogEntry } from '@spillway/contracts';
import {
  matchesSubject,
  type LogBatch,
  type LogPlace,
  type LogWindow,
  type RejectedMessage,
  type WindowGap,
} from '@spillway/messaging';
import type { DecodedLine } from './line-decoder.js';

interface Positions {
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/**
 * Makes batches of an archive's lines. The file accounts for every position: by a message, by one that was rejected, or
 * by a gap; what none of them accounts for is damage.
 */
export class FileView {
  private frontier: number;
  private hasBegun: boolean;
  private isOver = false;
  private damage: string | undefined;
  private batches: LogBatch[] = [];
  private gap: WindowGap | null = null;
  private entries: LogEntry[] = [];
  private rejected: RejectedMessage[] = [];

  /** @param file positions the file accounts for. */
  constructor(
    private readonly file: Positions,
    private readonly window: LogWindow,
  ) {
    this.frontier = file.firstPosition - 1;
    this.hasBegun = window.from === undefined;
  }

  /** Nothing of the window comes after this. */
  get isComplete(): boolean {
    return this.isOver;
  }

  /** @param number of the line in the file. */
  add(line: DecodedLine, number: number): void {
    switch (line.kind) {
      case 'entry':
        if (this.reach(line.entry.position, line.entry.at, number) && this.isWanted(line.subject)) {
          this.entries.push(line.entry);
        }
        return;
      case 'rejected':
        if (this.reach(line.rejected.position, line.at, number)) this.rejected.push(line.rejected);
        return;
      case 'gap':
        this.leaveOut(line.gap);
        return;
      case 'unknown':
        if (this.hasBegun) this.rejected.push(newerLine(this.frontier, number));
        return;
      case 'damaged':
        this.damage ??= `line ${number}: ${line.why}`;
        return;
      case 'end':
        this.leaveOutTheRest('damaged', this.damage ?? 'lines are missing');
        this.isOver = true;
    }
  }

  /** The file ends before its end. */
  breakOff(cause: 'truncated' | 'damaged', detail: string): void {
    this.leaveOutTheRest(cause, detail);
    this.isOver = true;
  }

  /** Everything is there, but not all of it is as it was written. */
  distrust(detail: string): void {
    const { firstPosition: from, lastPosition: to } = this.file;
    if (to >= from) this.tell({ from, to, cause: 'damaged', detail });
  }

  /** What came since this was asked last. */
  take(): LogBatch[] {
    this.close();
    return this.batches.splice(0);
  }

  /** @returns whether the message is one of the window. */
  private reach(position: number, at: number, number: number): boolean {
    if (this.isOver) return false;
    if (position <= this.frontier || position > this.file.lastPosition) {
      this.damage ??= `line ${number}: position ${position} has no place there`;
      return false;
    }
    this.leaveOutUpTo(position - 1, 'damaged', this.damage ?? `lines are missing before line ${number}`);
    this.damage = undefined;
    this.frontier = position;
    this.isOver ||= isBehind(this.window.to, position, at);
    this.hasBegun ||= !isBefore(this.window.from, position, at);
    if (!this.hasBegun) this.gap = null;
    return this.hasBegun && !this.isOver;
  }

  private leaveOut({ from, to, ...gap }: WindowGap): void {
    if (this.isOver) return;
    this.leaveOutUpTo(from - 1, 'damaged', this.damage ?? 'lines are missing');
    this.leaveOutUpTo(to, gap.cause, gap.detail);
  }

  private leaveOutTheRest(cause: WindowGap['cause'], detail: string): void {
    if (!this.isOver) this.leaveOutUpTo(this.lastWanted, cause, detail);
  }

  private leaveOutUpTo(to: number, cause: WindowGap['cause'], detail?: string): void {
    const from = this.frontier + 1;
    const end = Math.min(to, this.lastWanted);
    if (end < from) return;
    this.frontier = end;
    if (!this.isBeforeWindow(end))
      this.tell({ from, to: end, cause, ...(detail !== undefined && { detail }) });
  }

  /** Where the window begins at a time, a gap may reach into it until a message shows that it does not. */
  private isBeforeWindow(position: number): boolean {
    const { from } = this.window;
    return !this.hasBegun && from !== undefined && 'position' in from && position < from.position;
  }

  /** Batches begin with what is missing before them. */
  private tell(gap: WindowGap): void {
    this.close();
    this.gap = gap;
  }

  private close(): void {
    const { gap, entries, rejected, frontier } = this;
    if (gap || entries.length > 0 || rejected.length > 0) {
      this.batches.push({ gap, entries, rejected, position: frontier });
    }
    this.gap = null;
    this.entries = [];
    this.rejected = [];
  }

  private get lastWanted(): number {
    const { to } = this.window;
    return to && 'position' in to ? Math.min(to.position, this.file.lastPosition) : this.file.lastPosition;
  }

  private isWanted(subject: string): boolean {
    return this.window.filter === undefined || matchesSubject(this.window.filter, subject);
  }
}

function isBefore(place: LogPlace | undefined, position: number, at: number): boolean {
  if (!place) return false;
  return 'ms' in place ? at < place.ms : position < place.position;
}

function isBehind(place: LogPlace | undefined, position: number, at: number): boolean {
  if (!place) return false;
  return 'ms' in place ? at > place.ms : position > place.position;
}

function newerLine(position: number, number: number): RejectedMessage {
  return { position, subject: '', reason: 'unknown-subject', detail: `line ${number} is of a newer version` };
}
