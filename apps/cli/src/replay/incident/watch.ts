import type { Issued, LogEntry } from '@spillway/contracts';
import type { Fleet } from '@spillway/fleet';
import type { Sighting } from './incident-event.js';

/** What every watch looks at, and whom it tells. */
export interface Scene {
  readonly fleet: Fleet;
  /** Log time in ms from which this part of the log is known; what is heard for the first time soon after may be old. */
  readonly beganAt: number;
  /** @param atMs when it was, if not now. */
  tell(sighting: Sighting, atMs?: number): void;
}

export type EventOf<Kind extends LogEntry['event']['kind']> = Extract<LogEntry['event'], { kind: Kind }>;

/** Sees everything that was just folded, and the fleet every second of log time. */
export interface Watch {
  onHeartbeat?(event: EventOf<'heartbeat'>, now: number): void;
  onCommand?(event: EventOf<'command'>, now: number): void;
  onRegionEvent?(event: EventOf<'overload' | 'spillover' | 'scale'>, now: number): void;
  onIssued?(issued: Issued, now: number): void;
  onPolicy?(event: EventOf<'policy'>, now: number): void;
  onLook?(now: number): void;
  /** A part of the log is missing, up to now: nobody was silent in it for all one knows. */
  onGap?(now: number): void;
}
