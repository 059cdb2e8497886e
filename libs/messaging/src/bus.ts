import type { EventReader, LogEntry, LogRetention, RejectionReason } from '@spillway/contracts';
import type { BusReading, LogWindow } from './log-reading.js';
import type { LogUsage } from './log-usage.js';

/** Whether the process is connected to NATS right now. */
export type LinkState = 'up' | 'down';

/** A message of the log that no fold may see. */
export interface RejectedMessage {
  readonly position: number;
  readonly subject: string;
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** Part of the log that was not seen, because retention removed it or the stream was made anew. */
export interface LogGap {
  /** First position that was missed. */
  readonly from: number;
  /** Last position that was missed, when it is known. */
  readonly to: number | null;
  readonly cause: 'retention' | 'new-stream';
}

/** What following the log tells. Entries come one at a time, in order, each position at most once. */
export interface LogListener {
  onEntry(entry: LogEntry): void;
  onRejected?(message: RejectedMessage): void;
  /** All that was on the log when following began, or began anew after a gap, has been delivered. */
  onCaughtUp?(position: number): void;
  /** Comes before the entries that bring the view up to date again. */
  onGap?(gap: LogGap): void;
}

/** Reads the messages of one log. */
export type MessageReader = Pick<EventReader, 'read'>;

export interface FollowOptions {
  /** Subject filter; all of the log unless told. */
  readonly filter?: string;
  /** Seconds of `issued` batches to begin with besides the last message of every subject; 0 for none. */
  readonly issuedWindowSeconds?: number;
  /** An `EventReader` unless told. */
  readonly reader?: MessageReader;
}

export interface Following {
  /** Position of the last entry delivered. */
  readonly position: number;
  stop(): Promise<void>;
}

/** A request as its responder sees it, and an answer as its asker does. Header names are case-sensitive. */
export interface BusMessage {
  readonly data: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface OutgoingMessage {
  readonly payload: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What has its answer at hand gives it as it is: it is on its way sooner, and with less to do. */
export type RequestHandler = (request: BusMessage) => OutgoingMessage | Promise<OutgoingMessage>;

/** What must outlive the log. Revisions grow with every write. */
export interface StateStore {
  get(key: string): Promise<{ value: unknown; revision: number } | undefined>;
  /**
   * Compare-and-set: `revision` is the one last read, `undefined` to create.
   * @throws {RevisionConflictError} when another writer was faster.
   */
  put(key: string, value: unknown, revision: number | undefined): Promise<number>;
}

/** Everything a Spillway process does with NATS. `NatsBus` is the real one, `MemoryBus` its twin for specs. */
export interface Bus {
  readonly link: LinkState;
  onLink(listener: (link: LinkState) => void): () => void;

  /**
   * Creates or updates the stream and the state bucket; never destroys. Without `retention`, only creates. Waits for
   * the link. Repeated whenever the link comes back, for a server may have lost its store.
   * @throws {ProvisionError} when NATS refuses; it is asked again in the background until the bus is closed.
   */
  provision(retention?: LogRetention): Promise<void>;

  /** Fire and forget, for what is repeated anyway (heartbeats). Dropped while the link is down. */
  publish(subject: string, payload: unknown): void;

  /**
   * Puts one message on the log and waits until it is stored there; retried through link loss and failover.
   * `messageId` makes a repeated attempt harmless for two minutes.
   * @param after the position of the last message on this subject as far as the caller knows, 0 for none: it is stored
   * after that one or not at all.
   * @returns its position.
   * @throws {RecordError} when `signal` aborts before that, the bus is closed, the log refuses the message, or it was
   * `overtaken` by another after `after`.
   */
  record(
    subject: string,
    payload: unknown,
    messageId: string,
    signal?: AbortSignal,
    after?: number,
  ): Promise<number>;

  /**
   * Follows the log until stopped, through reconnects and failovers. Resolves once all that was on the log has been
   * delivered, or at once when there is no link or no log yet; these are then waited for.
   */
  follow(listener: LogListener, options?: FollowOptions): Promise<Following>;

  /**
   * Follows the last message of each of a few subjects (no wildcards), as `follow` does; of several that come in quick
   * succession some may be left out. Of NATS it needs only the rights to hear these subjects and to ask the log for a
   * message, which can do no harm in the hands of a machine that was broken into (docs/security.md).
   */
  followLast(listener: LogListener, subjects: readonly string[]): Promise<Following>;

  /**
   * Finds a part of the log, to be read once from its beginning to its end; through reconnects and failovers. Waits for
   * the link, for as long as `signal` lets it.
   * @throws {LogReadError} `no-log`, `refused`, `invalid-window` or `closed`.
   * @throws the signal's reason when it aborts.
   */
  readLog(window: LogWindow, signal?: AbortSignal): Promise<BusReading>;

  /** Never rejects; `undefined` when nobody can tell now: there is no link, no log, or no answer. */
  logUsage(): Promise<LogUsage | undefined>;

  /** @throws {RequestError} `no-responders`, `timeout`, `link-down`, `responder-failed` or `refused`. */
  request(subject: string, message: OutgoingMessage, timeoutMs: number): Promise<BusMessage>;
  /** Answers requests as one of a queue group, as soon as there is a link. `stop` lets what is begun finish. */
  respond(subject: string, queue: string, handler: RequestHandler): Promise<{ stop(): Promise<void> }>;

  readonly state: StateStore;

  /**
   * Lets go in order: responders finish what they have, what was published is flushed, then the link closes. Takes a
   * limited time, whatever the state of the server.
   */
  close(): Promise<void>;
}
