import { ExitStatus } from '../exit-status.js';

/** As shells count: 128 and the number of SIGINT. */
const EXIT_INTERRUPTED = 130;

/** Somebody pressed Ctrl-C. */
export class InterruptedError extends Error {
  readonly code = 'interrupted';
  constructor(what: string) {
    super(`interrupted: ${what}`);
    this.name = 'InterruptedError';
  }
}

/**
 * Work that the first Ctrl-C asks to end, and a second one ends.
 * @param left what there is after an interruption, to be told.
 */
export async function interruptible<T>(left: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort(new InterruptedError(left));
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.once(name, onSignal);
  try {
    return await work(interrupted.signal);
  } catch (error) {
    throw error instanceof InterruptedError ? new ExitStatus(EXIT_INTERRUPTED, error) : error;
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}
