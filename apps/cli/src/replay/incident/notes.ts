import type { IncidentFold } from './incident-fold.js';
import type { IncidentOrigin } from './incident-report.js';
import { duration } from '../../log/wording.js';

/** What was not there to be read, and what follows for the reader; nothing is told as if it were whole. */
export function notesOf(fold: IncidentFold, origin: IncidentOrigin): string[] {
  const { telemetry, book, series, fleet } = fold;
  const notes = [...origin.remarks];
  if (origin.beginsLateMs !== null) {
    notes.push(`The log goes back to ${at(origin.beginsLateMs)} only; what was before is gone.`);
  }
  if (!series) notes.push('There is nothing on the log in this window.');
  else if (!fleet.policy) notes.push('No policy was read: regions, prices and overload are not known.');
  if (telemetry.missing.length > 0) {
    const parts = telemetry.missing.length === 1 ? 'A part' : `${telemetry.missing.length} parts`;
    notes.push(
      `${parts} of the log is missing; see log-gap in the timeline. What is shown around it may be late.`,
    );
  }
  for (const [reason, count] of telemetry.unreadable) {
    notes.push(`${count} messages cannot be read by this version (${reason}) and are left out.`);
  }
  const backs = book.counts.get('clock-back') ?? 0;
  if (backs > 0)
    notes.push(`The clock of the log went back ${backs === 1 ? 'once' : `${backs} times`}; see clock-back.`);
  if (book.leftOut > 0) notes.push(`${book.leftOut} events of little weight are left out of the timeline.`);
  if (origin.toMs !== null && series && origin.toMs - fold.lastMs > LATE_MS) {
    notes.push(`The log ends ${duration(origin.toMs - fold.lastMs)} before the end of the window.`);
  }
  return notes;
}

const LATE_MS = 60_000;

function at(ms: number): string {
  return new Date(ms).toISOString();
}
