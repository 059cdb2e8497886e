import type { DecisionRecord, Issued, LogEntry } from '@spillway/contracts';

/** A decision as it stands on the log. */
export interface FoundDecision {
  readonly record: DecisionRecord;
  readonly routerId: string;
  readonly bootId: string;
  /** Of the batch that it was told with. */
  readonly recordedAt: number;
  /** Log time in ms: when it was made or, of the first version, at the latest. */
  readonly atMs: number;
}

export function foundIn(entry: LogEntry, issued: Issued, record: DecisionRecord): FoundDecision {
  const { routerId, bootId } = issued;
  const atMs = record.atMs ?? entry.at - record.ageMs;
  return { record, routerId, bootId, recordedAt: entry.position, atMs };
}
