import { ISSUED_SUBJECTS, type DecisionRecord } from '@spillway/contracts';
import type { LogWindow } from '@spillway/messaging';
import { turnUser, userHash } from '@spillway/turn';
import { foundIn, type FoundDecision } from './found-decision.js';
import type { SearchedLog, SearchOptions } from './searched-log.js';

/** Decisions kept of those that match, the newest; all are counted. */
const MAX_KEPT = 1_000;

export interface FoundDecisions {
  /** Newest first. */
  readonly decisions: readonly FoundDecision[];
  readonly count: number;
  /** Decisions that were looked at. */
  readonly searched: number;
  /** The log goes back only to here, which is later than was asked for; log time in ms. */
  readonly beginsLateMs: number | null;
}

/** Looks through all decisions that were told in a part of the log. */
export async function findMatching(
  log: SearchedLog,
  window: LogWindow,
  matches: (record: DecisionRecord, atMs: number) => boolean,
  { signal, onProgress }: SearchOptions = {},
): Promise<FoundDecisions> {
  const reading = await log.open({ ...window, filter: ISSUED_SUBJECTS }, signal);
  let kept: FoundDecision[] = [];
  let count = 0;
  let searched = 0;
  for await (const { entries, position } of reading.batches()) {
    for (const entry of entries) {
      if (entry.event.kind !== 'issued') continue;
      const { issued } = entry.event;
      searched += issued.decisions.length;
      for (const record of issued.decisions) {
        const found = foundIn(entry, issued, record);
        if (!matches(record, found.atMs)) continue;
        count++;
        kept.push(found);
      }
    }
    if (kept.length > 2 * MAX_KEPT) kept = newest(kept);
    onProgress?.('searching', position, reading.info);
  }
  return { decisions: newest(kept), count, searched, beginsLateMs: reading.info.beginsLate?.atMs ?? null };
}

function newest(decisions: readonly FoundDecision[]): FoundDecision[] {
  return decisions.toSorted((a, b) => b.atMs - a.atMs).slice(0, MAX_KEPT);
}

/** Whether a decision was made for this user. @param user the part of a TURN user name behind the colon. */
export function isFor(user: string): (record: DecisionRecord) => boolean {
  const hash = userHash(user);
  // A request without a user has the decision's own id for one, which is then not written.
  return (record) => (record.user === undefined ? turnUser(record.id) === user : record.user === hash);
}
