import type { LogReading, LogWindow } from '@spillway/messaging';

/** The log that is looked through, on NATS or in a file. */
export interface SearchedLog {
  open(window: LogWindow, signal?: AbortSignal): Promise<LogReading>;
  /** A file is read from its beginning whatever is wanted of it: once for everything costs as much as for a part. */
  readonly isFile: boolean;
}

/** What is done with it. */
export interface SearchOptions {
  readonly signal?: AbortSignal;
  /** @param position read up to here, of a window from the first to the last. */
  readonly onProgress?: (doing: 'searching' | 'deriving', position: number, window: Positions) => void;
}

export interface Positions {
  readonly firstPosition: number;
  readonly lastPosition: number;
}
