import type { LogEvent } from '@spillway/contracts';
import type { LogReader, SharedLog } from './shared-log.js';

/** Someone who reads the log and writes to it at every tick. */
export interface Participant extends LogReader {
  tick(log: SharedLog, now: number, publish: (event: LogEvent) => void): void;
}
