import type { LogEntry } from '@spillway/contracts';
import type { RejectedMessage } from './bus.js';
import type { StoredMessage } from './delivery.js';

/**
 * A place in the log: a position (1, 2, 3 …), or a time in milliseconds since the epoch, by the clock of the log. Where
 * that clock went backwards, a time means the first place that fits it.
 */
export type LogPlace = { readonly position: number } | { readonly ms: number };

/** A part of the log, both ends included. */
export interface LogWindow {
  /** The oldest message there is unless told. */
  readonly from?: LogPlace;
  /** The newest message there is when reading begins unless told; also for a place that lies beyond it. */
  readonly to?: LogPlace;
  /** Subject filter; everything unless told. Holes in the log are told only without one. */
  readonly filter?: string;
}

/** What there is of the window that was asked for. */
export interface LogWindowInfo {
  /** Another log has another one. */
  readonly created: string;
  /** First position of the window; the last is one less when the window is empty. */
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** The log goes back only to here, which is later than asked: what was before is gone. Log time in ms. */
  readonly beginsLate: { readonly position: number; readonly atMs: number } | null;
}

/** A part of the window that is not there. */
export interface WindowGap {
  /** First position that is missing. */
  readonly from: number;
  /** Last position that is missing. */
  readonly to: number;
  /**
   * `retention`: the log has lost it. `new-stream`: the log was made anew while it was read. `damaged`, `truncated`: of
   * a file.
   */
  readonly cause: 'retention' | 'new-stream' | 'damaged' | 'truncated';
  /** More about it, for people. */
  readonly detail?: string;
}

/** Some of the window's messages, in order. */
export interface LogBatch {
  /** What is missing of the log right before this batch's messages. */
  readonly gap: WindowGap | null;
  readonly entries: readonly LogEntry[];
  /** Messages between them that no fold may see. */
  readonly rejected: readonly RejectedMessage[];
  /** The window is read up to here. */
  readonly position: number;
}

/** The same before anything was parsed. */
export interface MessageBatch {
  readonly gap: WindowGap | null;
  readonly messages: readonly StoredMessage[];
  readonly position: number;
}

/** A window that was found and can be read. */
export interface LogReading {
  readonly info: LogWindowInfo;
  /**
   * Reads it, once: every position at most once, in order. No more than two batches are held at any time, however
   * slowly they are taken.
   * @throws {LogReadError}
   * @throws the reason of the signal that reading was begun with when that aborts.
   */
  batches(): AsyncIterable<LogBatch>;
}

/** A window on the log itself. Either of the two reads it. */
export interface BusReading extends LogReading {
  messages(): AsyncIterable<MessageBatch>;
}
