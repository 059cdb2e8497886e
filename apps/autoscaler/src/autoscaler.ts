import { Leadership, type LeadershipParts } from './control/leadership.js';
import { LeaseKeeper } from './lease/lease-keeper.js';

export interface AutoscalerOptions extends Omit<LeadershipParts, 'surrender'> {
  /** This run of this process; nobody else's, ever. */
  readonly holder: string;
}

/** One of several autoscalers: follows the log all the time, acts while it holds the lease. */
export class Autoscaler {
  readonly lease: LeaseKeeper;
  readonly leadership: Leadership;
  private leading: Promise<void> = Promise.resolve();

  constructor(readonly options: AutoscalerOptions) {
    const { bus, holder, logger } = options;
    this.lease = new LeaseKeeper({
      bus,
      holder,
      logger,
      // One after the other: a term that is over may still be letting go.
      onTerm: (term) => {
        this.leading = this.leading.then(() => this.leadership.lead(term));
      },
    });
    this.leadership = new Leadership({
      ...options,
      surrender: (term, reason, generationAbove) => this.lease.surrender(term, reason, generationAbove),
    });
  }

  start(): void {
    this.lease.start();
  }

  /** Stores what is known, gives the lease back, and lets what was begun end. */
  async stop(): Promise<void> {
    await this.leadership.stop();
    await this.lease.stop();
    await this.leading;
  }
}
