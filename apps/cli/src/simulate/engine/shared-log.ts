import type { LogEntry, LogEvent } from '@spillway/contracts';
import { Retained } from './retained.js';

/** Entries are let go of in lots of this many, as soon as every reader has read them. */
const LOT = 1_024;

/** Reads the log in order, each entry a while after it was written. */
export interface LogReader {
  /** ms from the writing of an entry to its reading. */
  readonly delayMs: number;
  /** Index of the next entry to read. */
  cursor: number;
}

/** The one log of the simulated world. Entries must be appended in order of time. */
export class SharedLog {
  private entries: LogEntry[] = [];
  /** Of the entries that were let go of. */
  private dropped = 0;
  private position = 0;
  private readonly retained = new Retained();

  append(at: number, event: LogEvent): LogEntry {
    const entry = { position: ++this.position, at, event };
    this.entries.push(entry);
    this.retained.keep(entry);
    return entry;
  }

  /** The next entry that has reached the reader by `now`. */
  read(reader: LogReader, now: number): LogEntry | undefined {
    const entry = this.entries[reader.cursor - this.dropped];
    if (!entry || entry.at + reader.delayMs > now) return undefined;
    reader.cursor++;
    return entry;
  }

  /** Brings a reader that starts up to date: hands it what the log retains, and has it go on from there. */
  hydrate(reader: LogReader, read: (entry: LogEntry) => void): void {
    for (const entry of this.retained.read()) read(entry);
    reader.cursor = this.end;
  }

  /** The index of what will be appended next. */
  get end(): number {
    return this.dropped + this.entries.length;
  }

  /** Lets go of what all readers have read. */
  trim(readers: Iterable<LogReader>): void {
    let read = this.end;
    for (const { cursor } of readers) read = Math.min(read, cursor);
    if (read - this.dropped < LOT) return;
    this.entries = this.entries.slice(read - this.dropped);
    this.dropped = read;
  }
}
