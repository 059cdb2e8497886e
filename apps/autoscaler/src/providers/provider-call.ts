import { abortedError, ProviderError } from './provider-error.js';

/**
 * Makes one call to a provider, and every way it can fail a `ProviderError`: what it threw itself, `aborted` once the
 * signal is, else what `explain` makes of it.
 * @param what names the call in messages, such as "growing eu-central-1"
 */
export async function providerCall<T>(
  what: string,
  signal: AbortSignal,
  work: () => Promise<T>,
  explain: (error: unknown, what: string) => ProviderError,
): Promise<T> {
  if (signal.aborted) throw abortedError(what, signal);
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (signal.aborted) throw abortedError(what, signal);
    throw explain(error, what);
  }
}
