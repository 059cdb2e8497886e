import type { LogEntry } from '@spillway/contracts';
import { Retained } from './retained.js';

/** Positions that are missing. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Gaps remembered; routers tell within seconds what they decided about the time of one. */
const MAX_GAPS = 100;

/**
 * The end of the log as far as it was read: routers tell what they decided a little later, and who derives it again
 * must stand then where they stood. What came before the entries held is there as a process that starts would read it.
 *
 * Entries are counted as they come; their positions may have holes, and begin anew with a new log.
 */
export class LogTail {
  private entries: LogEntry[] = [];
  private dropped = 0;
  private readonly before = new Retained();
  private lastPosition = 0;
  private isAfterGap = false;
  /** In order. */
  readonly gaps: Gap[] = [];

  /** How many entries have come. */
  get end(): number {
    return this.dropped + this.entries.length;
  }
  /** The number of the first that is held. */
  get start(): number {
    return this.dropped;
  }

  push(entry: LogEntry): void {
    if (this.isAfterGap) this.closeGap(entry.position - 1);
    this.lastPosition = entry.position;
    this.entries.push(entry);
  }

  /** What comes next does not follow upon what came last. */
  noteGap(): void {
    this.isAfterGap = true;
  }

  private closeGap(to: number): void {
    this.isAfterGap = false;
    this.gaps.push({ from: this.lastPosition + 1, to });
    if (this.gaps.length > MAX_GAPS) this.gaps.shift();
  }

  /** The entry of this number, if it is held. */
  at(index: number): LogEntry | undefined {
    return this.entries[index - this.dropped];
  }

  /** The number of the first entry held that is behind `position`. */
  indexBehind(position: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return this.dropped + low;
  }

  /** What a process reads that starts there; `undefined` when that is before what is held. */
  retainedAt(position: number): Retained | undefined {
    if (position < this.before.position) return undefined;
    const retained = this.before.clone();
    for (let i = 0; (this.entries[i]?.position ?? Infinity) <= position; i++) {
      const entry = this.entries[i];
      if (entry) retained.keep(entry);
    }
    return retained;
  }

  /** Lets go of the entries before this number, each after `onDrop` was told of it. */
  dropBefore(index: number, onDrop: (entry: LogEntry) => void): void {
    const count = Math.min(this.entries.length, index - this.dropped);
    for (let i = 0; i < count; i++) {
      const entry = this.entries[i];
      if (!entry) continue;
      onDrop(entry);
      this.before.keep(entry);
    }
    this.entries = this.entries.slice(count);
    this.dropped += count;
  }
}
