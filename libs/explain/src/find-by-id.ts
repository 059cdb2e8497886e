import { ISSUED_SUBJECTS, subjectOf, TOKEN_PATTERN, type Issued, type LogEntry } from '@spillway/contracts';
import { foundIn, type FoundDecision } from './found-decision.js';
import type { Positions, SearchedLog, SearchOptions } from './searched-log.js';

/**
 * - `before-log`: the router told of it before what the log goes back to.
 * - `not-told`: the router is on the log, and this decision of it is not: it was not made, or not told (yet).
 * - `unknown-run`: nothing on the log is of this run of the router.
 */
export type NotFound = 'before-log' | 'not-told' | 'unknown-run';

export type FoundById =
  | { readonly decision: FoundDecision }
  | { readonly decision: undefined; readonly why: NotFound; readonly beginsAtMs: number | null };

/** Positions of the log that are looked through first: some seconds of a large fleet. Those before are four times as many. */
const FIRST_SPAN = 50_000;
const GROWTH = 4;

/**
 * Finds a decision by its id, from the end of the log backwards: a run's decisions are numbered, so that a part of the
 * log tells whether it was before or after.
 */
export async function findById(
  log: SearchedLog,
  id: string,
  options: SearchOptions = {},
): Promise<FoundById> {
  const { signal, onProgress } = options;
  const filter = filterOf(id);
  const whole = (await log.open({ filter }, signal)).info;
  let span = log.isFile ? Infinity : FIRST_SPAN;
  let isRunKnown = false;
  for (let end = whole.lastPosition; end >= whole.firstPosition; end -= span, span *= GROWTH) {
    const window = { firstPosition: Math.max(whole.firstPosition, end - span + 1), lastPosition: end };
    const seen = await lookIn(log, window, filter, id, options);
    onProgress?.('searching', whole.lastPosition - window.firstPosition, whole);
    if (seen.decision) return { decision: seen.decision };
    if (seen.isLater) return { decision: undefined, why: 'not-told', beginsAtMs: null };
    isRunKnown ||= seen.isRun;
  }
  const beginsAtMs = await beginning(log, whole, signal);
  return { decision: undefined, why: isRunKnown ? 'before-log' : 'unknown-run', beginsAtMs };
}

interface Seen {
  readonly decision?: FoundDecision;
  /** Something is of its run; and that was told before the decision would have been. */
  readonly isRun: boolean;
  readonly isLater: boolean;
}

async function lookIn(
  log: SearchedLog,
  { firstPosition, lastPosition }: Positions,
  filter: string,
  id: string,
  { signal }: SearchOptions,
): Promise<Seen> {
  const window = { from: { position: firstPosition }, to: { position: lastPosition }, filter };
  let isRun = false;
  let isLater = false;
  for await (const { entries } of (await log.open(window, signal)).batches()) {
    for (const entry of entries) {
      if (entry.event.kind !== 'issued') continue;
      const { issued } = entry.event;
      const decision = decisionIn(issued, entry, id);
      if (decision) return { decision, isRun: true, isLater: false };
      const place = placeIn(issued, id);
      isRun ||= place !== undefined;
      isLater ||= place === 'later';
    }
  }
  return { isRun, isLater };
}

function decisionIn(issued: Issued, entry: LogEntry, id: string): FoundDecision | undefined {
  const record = issued.decisions.find((decision) => decision.id === id);
  return record && foundIn(entry, issued, record);
}

/** Where the decision is that the batch does not have, if it is of the same run. */
function placeIn(
  { routerId, bootId, basis, decisions }: Issued,
  id: string,
): 'earlier' | 'later' | undefined {
  const prefix = `${routerId}-${bootId}-`;
  if (!basis || !id.startsWith(prefix)) return undefined;
  const n = Number.parseInt(id.slice(prefix.length), 36);
  return n < basis.fromN + decisions.length ? 'earlier' : 'later';
}

/** That of its router; the run's and the decision's own parts of an id have no hyphen. */
function filterOf(id: string): string {
  const router = id.split('-').slice(0, -2).join('-');
  return TOKEN_PATTERN.test(router) ? subjectOf.issued(router) : ISSUED_SUBJECTS;
}

async function beginning(
  log: SearchedLog,
  { firstPosition }: Positions,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const { info } = await log.open({ from: { ms: 0 } }, signal);
  if (info.beginsLate) return info.beginsLate.atMs;
  const first = { position: firstPosition };
  for await (const { entries } of (await log.open({ from: first, to: first }, signal)).batches()) {
    const [entry] = entries;
    if (entry) return entry.at;
  }
  return null;
}
