/** The master secrets nodes' own are derived from: one, or two while the one is replaced by the other. */
export interface MasterSecrets {
  readonly current: string;
  /** The one before, for the nodes that have not got secrets of the current one yet. */
  readonly previous?:
    | {
        readonly secret: string;
        /** Epochs below this one are of it, this one and those above of the current one. */
        readonly beforeEpoch: number;
      }
    | undefined;
}

/** The master that secrets of an epoch come from. */
export function masterOf({ current, previous }: MasterSecrets, epoch: number): string {
  return previous && epoch < previous.beforeEpoch ? previous.secret : current;
}
