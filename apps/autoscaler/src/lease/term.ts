import { setMaxListeners } from 'node:events';

/** One time of holding the lease. Over once and for all: whoever holds it again does so under another generation. */
export class Term {
  private readonly ending = new AbortController();

  /** @param isValid whether the lease is held at this instant. */
  constructor(
    readonly generation: number,
    private readonly isValid: () => boolean,
  ) {
    // Everything that is under way waits for it: some for each region.
    setMaxListeners(0, this.ending.signal);
  }

  /** Aborts when the term is over. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** May this process act right now? Ask again after every wait: a process may have slept through the end. */
  get isCurrent(): boolean {
    return !this.ending.signal.aborted && this.isValid();
  }

  /** @throws {TermOverError} unless the term is current. */
  ensureCurrent(): void {
    this.ending.signal.throwIfAborted();
    if (!this.isValid()) throw new TermOverError(this.generation, 'it was not renewed in time');
  }

  end(reason: string): void {
    this.ending.abort(new TermOverError(this.generation, reason));
  }
}

/** This process does not hold the lease any more, so it must not act. */
export class TermOverError extends Error {
  readonly code = 'term-over';

  constructor(generation: number, reason: string) {
    super(
      `The lease of generation ${generation} is not held any more: ${reason}. Whoever holds it goes on from what is stored`,
    );
    this.name = 'TermOverError';
  }
}
