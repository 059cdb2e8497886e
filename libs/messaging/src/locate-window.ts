import { LogReadError } from './errors.js';
import type { LogPlace, LogWindow, LogWindowInfo } from './log-reading.js';

/** What must be known of a log to find a window on it. */
export interface LogExtent {
  readonly created: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** When the oldest message that is there was stored, ms. */
  readonly firstAt: number;
  /** The position of the first message stored at `ms` or later; one behind the last when there is none. */
  readonly positionAt: (ms: number) => Promise<number>;
}

/** @throws {LogReadError} `invalid-window` when it ends before it begins. */
export function checkWindow({ from, to }: LogWindow): void {
  if (!from || !to) return;
  const isBackwards =
    'ms' in from ? 'ms' in to && to.ms < from.ms : 'position' in to && to.position < from.position;
  if (isBackwards) throw new LogReadError('invalid-window');
}

/**
 * Where a window lies.
 *
 * 1. It begins with the oldest message there is, unless a later place is asked for.
 * 2. What is asked for from before that, of a log that has lost its beginning, begins late.
 * 3. It ends with the newest message there is, unless an earlier place is asked for.
 */
export async function locateWindow(window: LogWindow, log: LogExtent): Promise<LogWindowInfo> {
  const oldest = Math.max(1, log.firstPosition);
  const from = window.from && (await firstOf(window.from, log));
  const firstPosition = Math.min(Math.max(oldest, from ?? oldest), log.lastPosition + 1);
  const to = window.to && (await lastOf(window.to, log));
  const lastPosition = Math.max(firstPosition - 1, Math.min(to ?? log.lastPosition, log.lastPosition));
  const beginsLate = oldest > 1 && isBefore(window.from, log);
  return {
    created: log.created,
    firstPosition,
    lastPosition,
    beginsLate: beginsLate ? { position: oldest, atMs: log.firstAt } : null,
  };
}

async function firstOf(place: LogPlace, log: LogExtent): Promise<number> {
  return 'ms' in place ? log.positionAt(place.ms) : place.position;
}

async function lastOf(place: LogPlace, log: LogExtent): Promise<number> {
  return 'ms' in place ? (await log.positionAt(place.ms + 1)) - 1 : place.position;
}

/** Whether the place lies before the oldest message; asking for no place asks for what there is. */
function isBefore(place: LogPlace | undefined, log: LogExtent): boolean {
  if (!place) return false;
  return 'ms' in place ? place.ms < log.firstAt : place.position < log.firstPosition;
}
