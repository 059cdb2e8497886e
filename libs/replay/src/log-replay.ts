import type { Issued, LogEntry } from '@spillway/contracts';
import type { EstimateRtt } from '@spillway/placement';
import { LogTail } from './log-tail.js';
import type { ReplayListener } from './replay-listener.js';
import { RouterReplay } from './router-replay.js';
import { unverifiable } from './verdict.js';

/** Entries kept for routers that begin, and at most, for those that tell late. */
const KEPT_ENTRIES = { least: 4_096, most: 32_768 } as const;
/** A run that has not been heard of for so long, in ms of log time, is over: routers give a sign of life every 2 s. */
const RUN_OVER_MS = 60 * 60_000;
/** Runs known at the same time, at most; a flood of made-up ones ends here. */
const MAX_RUNS = 1_000;

interface Run {
  readonly replay: RouterReplay;
  lastAt: number;
}

/**
 * Derives the recorded decisions of all routers again, in one pass over the log. Hand in every entry, in order, from
 * some time before the decisions that matter on: a router's view is whole once everything in it has been said again.
 * The memory it takes does not grow with the length of the log.
 */
export class LogReplay {
  private tail = new LogTail();
  /** By router and boot, the longest unheard first. */
  private readonly runs = new Map<string, Run>();
  private sinceTrim = 0;

  /** @param estimateRtt that of the routers. */
  constructor(
    private readonly estimateRtt: EstimateRtt,
    private readonly listener: ReplayListener,
  ) {}

  apply(entry: LogEntry): void {
    this.read(entry);
    if (entry.event.kind === 'issued') this.derive(entry.event.issued, entry.at, entry.position);
  }

  /** Takes note of an entry that routers read, and derives nothing. */
  read(entry: LogEntry): void {
    this.tail.push(entry);
    if (++this.sinceTrim >= KEPT_ENTRIES.least) this.trim(entry.at);
  }

  /**
   * Part of the log is missing: until its effect has passed, decisions cannot be verified.
   * @param isNewLog positions begin anew.
   */
  noteGap(isNewLog = false): void {
    if (!isNewLog) return this.tail.noteGap();
    this.runs.clear();
    this.tail = new LogTail();
  }

  /** Derives what a router told of again, on what has been read. @param position of what it told, where it has one. */
  derive(issued: Issued, at: number, position = Infinity): void {
    const { routerId, bootId, basis, decisions } = issued;
    const name = { routerId, bootId };
    if (!basis) {
      for (const record of decisions) this.listener.onDecision(record, unverifiable('first-version'), name);
      return;
    }
    const key = `${routerId}/${bootId}`;
    const known = this.runs.get(key);
    const run = known ?? { replay: this.begin(name), lastAt: at };
    this.runs.delete(key);
    this.runs.set(key, run);
    run.lastAt = at;
    run.replay.replay(issued, basis, position);
  }

  private begin(name: { routerId: string; bootId: string }): RouterReplay {
    const [oldest] = this.runs.keys();
    if (this.runs.size >= MAX_RUNS && oldest !== undefined) this.runs.delete(oldest);
    return new RouterReplay(name, this.tail, this.estimateRtt, this.listener);
  }

  private trim(now: number): void {
    this.sinceTrim = 0;
    for (const [key, { lastAt }] of this.runs) {
      if (lastAt + RUN_OVER_MS > now) break;
      this.runs.delete(key);
    }
    const { tail, runs } = this;
    const begun = [...runs.values()].map(({ replay }) => replay);
    const needed = Math.min(tail.end - KEPT_ENTRIES.least, ...begun.map((replay) => replay.needs));
    let index = tail.start;
    tail.dropBefore(Math.max(needed, tail.end - KEPT_ENTRIES.most), (entry) => {
      for (const replay of begun) replay.noteDropped(entry, index);
      index++;
    });
  }
}
