interface Job {
  readonly run: () => Promise<void>;
  readonly isReplaceable: boolean;
  readonly settle: (error?: unknown) => void;
}

/**
 * Does one thing after the other. What is offered as replaceable gives way to the next that is, as long as it has not
 * begun, so that however slow things get, no more than one of them waits.
 */
export class Lane {
  private readonly waiting: Job[] = [];
  private isBusy = false;

  /** Jobs that have not begun. */
  get length(): number {
    return this.waiting.length;
  }

  /** Does this unless something newer comes first. Failures go to `onFailure`. */
  offer(run: () => Promise<void>, onFailure: (error: unknown) => void): void {
    const replaced = this.waiting.findIndex((job) => job.isReplaceable);
    if (replaced !== -1) this.waiting.splice(replaced, 1);
    const settle = (error?: unknown) => {
      if (error !== undefined) onFailure(error);
    };
    this.add({ run, isReplaceable: true, settle });
  }

  /** Does this after all that waits. @returns when it is done. */
  enqueue(run: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(error);
      };
      this.add({ run, isReplaceable: false, settle });
    });
  }

  private add(job: Job): void {
    this.waiting.push(job);
    if (!this.isBusy) void this.work();
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    for (let job = this.waiting.shift(); job; job = this.waiting.shift()) {
      try {
        await job.run();
        job.settle();
      } catch (error) {
        job.settle(error ?? new Error('it failed without saying why'));
      }
    }
    this.isBusy = false;
  }
}
