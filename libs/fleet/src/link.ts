/** The link to the log, as the fold is told of it. */
export interface LinkState {
  readonly isLost: boolean;
  /** Log time at which it was back, in ms; silence before that was the link's, not the nodes' or the routers'. */
  readonly graceFrom: number;
}

export const LINK_UP: LinkState = { isLost: false, graceFrom: 0 };
