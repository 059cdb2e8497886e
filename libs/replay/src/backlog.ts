import type { LogEntry } from '@spillway/contracts';
import { Retained } from './retained.js';

/** Entries kept one by one: a router that is cut off has read some after it told what it did for the last time. */
const KEPT_ENTRIES = 16_384;

/**
 * What a router has still to fold that the tail of the log has let go of: the beginning entry by entry, then what a
 * process would read of it that starts at its end. A router that was cut off reads all of the latter at once.
 */
export class Backlog {
  private readonly first: LogEntry[] = [];
  private next = 0;
  private readonly rest = new Retained();
  private restFrom = Infinity;

  keep(entry: LogEntry): void {
    if (this.first.length < KEPT_ENTRIES) {
      this.first.push(entry);
      return;
    }
    this.restFrom = Math.min(this.restFrom, entry.position);
    this.rest.keep(entry);
  }

  /**
   * Hands out what is to be folded up to `position`.
   * @returns whether that is all there is; `late` when it is not, and the position is in the part that is not kept.
   */
  takeUpTo(position: number, fold: (entry: LogEntry) => void): 'all' | 'more' | 'late' {
    for (
      let entry = this.first[this.next];
      entry && entry.position <= position;
      entry = this.first[this.next]
    ) {
      this.next++;
      fold(entry);
    }
    const isFirstTaken = this.next === this.first.length;
    if (isFirstTaken && this.restFrom === Infinity) return 'all';
    if (!isFirstTaken || position < this.restFrom) return 'more';
    if (position < this.rest.position) return 'late';
    for (const entry of this.rest.entries()) fold(entry);
    return 'all';
  }
}
