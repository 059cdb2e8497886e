/** When something was decided, and on how much of the log: log time in ms, and the last position read. */
export interface Moment {
  readonly atMs: number;
  readonly position: number;
}

/** What a router's answers rest on, as it decides. */
export interface Standpoint extends Moment {
  /** `Fleet.digest`. */
  readonly digest: string;
}

/** What this router decides on. */
export interface DecidingView {
  /** As of the last decision; with `look`, as of now. */
  standpoint(look?: 'look'): Standpoint;
  /** Log time now, in ms. */
  readonly logTime: number;
  /** Something in it was taken in from beside the log, and has not been said on it since. */
  readonly isRestored: boolean;
}
