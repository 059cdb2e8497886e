import type { Bus, LogReading, LogWindow } from '@spillway/messaging';
import { Archive } from './archive.js';

/** Where a part of the log can be read: NATS, or a file. */
export interface LogSource {
  /**
   * Finds a window, to be read once.
   * @throws {LogReadError}, for a file also {ArchiveError}; the signal's reason when it aborts.
   */
  open(window: LogWindow, signal?: AbortSignal): Promise<LogReading>;
}

/** The log itself. */
export function natsSource(bus: Pick<Bus, 'readLog'>): LogSource {
  return { open: (window, signal) => bus.readLog(window, signal) };
}

/** An archive of it. */
export function fileSource(path: string): LogSource {
  return { open: async (window, signal) => (await Archive.open(path)).read(window, signal) };
}
