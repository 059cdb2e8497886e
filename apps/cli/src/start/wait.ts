import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.js';

const POLL_MS = 100;

/**
 * Tries `attempt` until it gives something other than `undefined`; one that throws is tried again.
 * @throws {StartError} after `limitMs`, with what the last attempt said; the signal's reason when that aborts.
 */
export async function waitFor<T>(
  what: string,
  attempt: () => Promise<T | undefined>,
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
): Promise<T> {
  const deadline = performance.now() + limitMs;
  let obstacle = 'no answer';
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    try {
      const result = await attempt();
      if (result !== undefined) return result;
    } catch (error) {
      obstacle = error instanceof Error ? error.message : String(error);
    }
    await sleep(POLL_MS);
  }
  throw new StartError(`${what}: not within ${limitMs / 1000} s (${obstacle})`);
}
