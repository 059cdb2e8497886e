/** The one stream: it captures `LOG_SUBJECTS`. */
export const LOG_STREAM = 'TURN_LOG';

/** Key-value bucket for what must outlive the log's retention. */
export const STATE_BUCKET = 'SPILLWAY_STATE';
export const POLICY_KEY = 'policy';
/** A `RegionControl`. */
export const regionControlKey = (region: string): string => `region.${region}`;
/** A `Lease`. */
export const AUTOSCALER_LEASE_KEY = 'autoscaler.lease';
/** A `JoinRecord`. */
export const joinRecordKey = (tokenId: string): string => `enrolled.${tokenId}`;

/**
 * How much of the log is kept. A heartbeat takes about 570 bytes stored, so 1,000 nodes at one every 2 s
 * fill 4 GiB in about 4 hours.
 */
export interface LogRetention {
  /** Seconds a message is kept. */
  readonly maxAgeSeconds: number;
  /** Bytes the whole stream may take; the oldest messages go first. */
  readonly maxBytes: number;
  /** Messages kept per subject; -1 keeps all. */
  readonly maxMessagesPerSubject: number;
  /** 1 on a single server, 3 on a cluster. */
  readonly replicas: number;
}

export const DEFAULT_RETENTION: LogRetention = {
  maxAgeSeconds: 4 * 3600,
  maxBytes: 4 * 1024 ** 3,
  maxMessagesPerSubject: -1,
  replicas: 1,
};

/** A process that starts folds this much of the `issued` batches besides the last message of every subject. */
export const ISSUED_WINDOW_SECONDS = 30;
