import { setImmediate as othersTurn } from 'node:timers/promises';
import {
  COMMAND_SUBJECTS,
  ISSUED_SUBJECTS,
  ISSUED_WINDOW_SECONDS,
  POLICY_SUBJECT,
  subjectOf,
  type DecisionRecord,
  type Issued,
  type LogEntry,
} from '@spillway/contracts';
import type { LogBatch, LogReading, LogWindow } from '@spillway/messaging';
import type { EstimateRtt, PlacementExplanation } from '@spillway/placement';
import { LogReplay, type Verdict } from '@spillway/replay';
import type { FoundDecision } from './found-decision.js';
import type { SearchedLog, SearchOptions } from './searched-log.js';

export interface DeriveOptions extends SearchOptions {
  /** Of the routers. */
  readonly estimateRtt: EstimateRtt;
  /** Milliseconds before the decision that are read at most. */
  readonly leadMs?: number;
  /** Entries that are read at once at most; a larger part of the log is not begun. */
  readonly maxEntries?: number;
}

export interface Derivation {
  readonly verdict: Verdict;
  /** `undefined` when nothing could be derived: the policy of the router is not known, or who wrote it did not tell enough. */
  readonly explanation: PlacementExplanation | undefined;
}

/**
 * Milliseconds before the decision that everything is read of, one after the other until the decision can be verified:
 * nodes that are heard every 2 s; those that are heard once a minute; until nodes that fell silent are forgotten.
 */
const LEADS_MS = [8_000, 70_000, 11 * 60_000] as const;
/** At last: what holds is said again every 24 minutes, a tenth of the default retention. */
const DEFAULT_LEAD_MS = 30 * 60_000;
/** What is written seldom, and the milliseconds before the decision from which on it is read. */
const SELDOM: readonly (readonly [filter: string, leadMs: number])[] = [
  [POLICY_SUBJECT, Infinity],
  // Few, and in force until somebody says otherwise: an order to a drained node stands for hours.
  [COMMAND_SUBJECTS, Infinity],
  // What counts, and some seconds more: a batch also tells where its router stood before it.
  [ISSUED_SUBJECTS, ISSUED_WINDOW_SECONDS * 1000 + 10_000],
  // A price is valid for a minute.
  ['turn.v1.region.*.spillover', 90_000],
];

/** Entries of them that are looked at without a look at who else waits. */
const SLICE = 50;

/**
 * Derives one decision again, by the code of the routers, from as little of the log as will do: all of the seconds
 * before it, and of the time before these only what is written seldom. That a router stood on the same is not taken
 * for granted but seen by the digest of its view; where it differs, more is read.
 */
export async function deriveDecision(
  log: SearchedLog,
  found: FoundDecision,
  options: DeriveOptions,
): Promise<Derivation> {
  const { leadMs = DEFAULT_LEAD_MS, maxEntries = Infinity } = options;
  if (log.isFile) return replay(await wholeFile(log, found, options), found, options);
  const anchorMs = await readUpTo(log, found, options);
  const leads = [...LEADS_MS.filter((lead) => lead < leadMs), leadMs];
  let best: Derivation | undefined;
  for (const lead of leads) {
    const from = anchorMs - lead;
    const dense = await log.open(
      { from: { ms: Math.max(0, from) }, to: { position: positionOf(found) } },
      options.signal,
    );
    const { firstPosition, lastPosition, beginsLate } = dense.info;
    if (best && lastPosition - firstPosition >= maxEntries) return best;
    const derivation = await replay(parts(log, dense, found, options, anchorMs), found, options);
    best = best && worth(best) > worth(derivation) ? best : derivation;
    if (beginsLate || !isWorthMore(derivation.verdict)) return best;
  }
  return best ?? NOTHING;
}

/** More of the log may show less: a router that told late, at the beginning of it, cannot be followed from there. */
function worth({ verdict, explanation }: Derivation): number {
  if (verdict.kind === 'same') return 3;
  if (verdict.kind === 'differs') return 2;
  return explanation ? 1 : 0;
}

const NOTHING: Derivation = {
  verdict: { kind: 'unverifiable', reason: 'before-first-state' },
  explanation: undefined,
};

/** Whether reading on from earlier may come to something else. */
function isWorthMore(verdict: Verdict): boolean {
  if (verdict.kind === 'same') return false;
  return verdict.kind === 'differs' || verdict.reason === 'before-first-state' || verdict.reason === 'gap';
}

/** How far the router had read; of the first version, which did not tell, as far as it could have. */
function positionOf({ record, recordedAt }: FoundDecision): number {
  return record.position || recordedAt;
}

/** When the last entry was written that the router had read: long ago, where it was cut off. Log time in ms. */
async function readUpTo(log: SearchedLog, found: FoundDecision, { signal }: DeriveOptions): Promise<number> {
  const position = { position: positionOf(found) };
  const reading = await log.open({ from: position, to: position }, signal);
  for await (const { entries } of reading.batches()) {
    const [entry] = entries;
    if (entry) return Math.min(entry.at, found.atMs);
  }
  return found.atMs;
}

async function wholeFile(log: SearchedLog, found: FoundDecision, options: DeriveOptions) {
  const reading = await log.open({ to: { position: found.recordedAt } }, options.signal);
  return noting(reading, options);
}

/** In the order of the log: what is written seldom, all of the last seconds, and what the router told from then on. */
async function* parts(
  log: SearchedLog,
  dense: LogReading,
  found: FoundDecision,
  options: DeriveOptions,
  anchorMs: number,
): AsyncGenerator<LogBatch> {
  const { signal } = options;
  const { firstPosition } = dense.info;
  if (firstPosition > 1) {
    const before = { to: { position: firstPosition - 1 } };
    const readSeldom = ([filter, leadMs]: (typeof SELDOM)[number]) => {
      const from = Number.isFinite(leadMs) && { from: { ms: Math.max(0, anchorMs - leadMs) } };
      return readAll(log, { ...before, ...from, filter }, signal);
    };
    const read = await Promise.all(SELDOM.map(readSeldom));
    const entries = read.flat();
    entries.sort((a, b) => a.position - b.position);
    for (let from = 0; from < entries.length; from += SLICE) {
      const slice = entries.slice(from, from + SLICE);
      yield { gap: null, entries: slice, rejected: [], position: slice.at(-1)?.position ?? 0 };
      await othersTurn();
    }
  }
  yield* noting(dense, options);
  const told = { from: { position: positionOf(found) + 1 }, to: { position: found.recordedAt } };
  yield* (await log.open({ ...told, filter: subjectOf.issued(found.routerId) }, signal)).batches();
}

async function readAll(
  log: SearchedLog,
  window: LogWindow,
  signal: AbortSignal | undefined,
): Promise<LogEntry[]> {
  const all: LogEntry[] = [];
  const reading = await log.open(window, signal);
  for await (const { entries } of reading.batches()) all.push(...entries);
  return all;
}

async function* noting(reading: LogReading, { onProgress }: DeriveOptions): AsyncGenerator<LogBatch> {
  for await (const batch of reading.batches()) {
    onProgress?.('deriving', batch.position, reading.info);
    yield batch;
  }
}

async function replay(
  batches: AsyncIterable<LogBatch>,
  { record: { id }, routerId, bootId }: FoundDecision,
  { estimateRtt }: DeriveOptions,
): Promise<Derivation> {
  let explanation: PlacementExplanation | undefined;
  let verdict: Verdict | undefined;
  const isOfRun = (issued: Issued) => issued.routerId === routerId && issued.bootId === bootId;
  const isAsked = (record: DecisionRecord) => record.id === id;
  const replay = new LogReplay(estimateRtt, {
    wantsExplanation: isAsked,
    onExplanation: (_record, found) => (explanation = found),
    onDecision: (record, found) => {
      if (isAsked(record)) verdict = found;
    },
  });
  for await (const { gap, entries } of batches) {
    if (gap) replay.noteGap(gap.cause === 'new-stream');
    for (const entry of entries) {
      // What other routers issued is load, and no more: how they came to it was not asked.
      if (entry.event.kind === 'issued' && !isOfRun(entry.event.issued)) replay.read(entry);
      else replay.apply(entry);
      if (verdict) return { verdict, explanation };
    }
  }
  return NOTHING;
}
