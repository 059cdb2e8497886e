import { abortedError } from '../provider-error.js';
import { explainProcessError } from './explain.js';

/** Rejects when the signal is aborted, but does not leave the work half done. */
export async function settled<T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortedError(what, signal);
  const { promise: aborted, reject } = withReject();
  const onAbort = () => reject(abortedError(what, signal));
  signal.addEventListener('abort', onAbort);
  const working = work().catch((error: unknown) => {
    throw explainProcessError(error, what);
  });
  return Promise.race([working, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}

function withReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, rejectPromise) => (reject = rejectPromise));
  return { promise, reject };
}
