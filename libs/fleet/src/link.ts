/** The link to the log, as the fold is told of it. */
export interface LinkState {
  readonly isLost: boolean;
  /** Log time at which it was back, in ms; silence before that was the link's, not the nodes' or the routers'. */
  readonly graceFrom: number;
}

export const LINK_UP: LinkState = { isLost: false, graceFrom: 0 };

/** After so many ms no node is given time any more because the link was lost: the longest interval, five times. */
const GRACE_MS = 5 * 60_000;

/** Differs with what still depends on the link at `now`. */
export function linkMark({ isLost, graceFrom }: LinkState, now: number): number {
  return isLost ? 1 : now < graceFrom + GRACE_MS ? graceFrom : 0;
}
