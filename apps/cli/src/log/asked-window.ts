import type { ArchiveHeader } from '@spillway/log-archive';
import type { LogWindow } from '@spillway/messaging';
import { UsageError } from '../usage-error.js';
import { parseTime } from './parse-time.js';

/** The part of the log that somebody wants to look at. */
export interface AskedWindow {
  /** Log time in ms; `null` for as far as it goes. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** What is read before it, so that the state is whole when it begins. */
  readonly leadMs: number;
}

export interface AskedOptions {
  readonly from?: string;
  readonly to?: string;
  /** Seconds. */
  readonly lead: number;
}

const DEFAULT_SPAN_MS = 3_600_000;

/** Of the log: the last hour unless told. @throws {UsageError} */
export function askOfLog({ from, to, lead }: AskedOptions, nowMs: number): AskedWindow {
  const toMs = to === undefined ? null : parseTime(to, '--to', nowMs);
  const fromMs = from === undefined ? (toMs ?? nowMs) - DEFAULT_SPAN_MS : parseTime(from, '--from', nowMs);
  return checked({ fromMs, toMs, leadMs: lead * 1000 });
}

/** Of an archive: what it was made for unless told. @throws {UsageError} */
export function askOfArchive(
  { from, to, lead }: AskedOptions,
  header: ArchiveHeader,
  nowMs: number,
): AskedWindow {
  const fromMs = from === undefined ? header.asked.fromMs : parseTime(from, '--from', nowMs);
  const toMs = to === undefined ? header.asked.toMs : parseTime(to, '--to', nowMs);
  return checked({ fromMs, toMs, leadMs: Math.max(lead * 1000, header.leadMs) });
}

function checked(asked: AskedWindow): AskedWindow {
  const { fromMs, toMs } = asked;
  if (fromMs !== null && toMs !== null && toMs < fromMs) {
    throw new UsageError(
      `--to (${new Date(toMs).toISOString()}) lies before --from (${new Date(fromMs).toISOString()})`,
    );
  }
  return asked;
}

/** What must be read of it. */
export function windowOf({ fromMs, toMs, leadMs }: AskedWindow): LogWindow {
  return {
    ...(fromMs !== null && { from: { ms: Math.max(0, fromMs - leadMs) } }),
    ...(toMs !== null && { to: { ms: toMs } }),
  };
}
