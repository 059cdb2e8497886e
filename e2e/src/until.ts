import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Waits until `condition` gives something other than `undefined` and `false`. One that throws is asked again.
 * @throws when that is not so within `limitMs`; the message says what was waited for and what came last.
 */
export async function until<T>(
  what: string,
  limitMs: number,
  condition: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  let last = 'nothing';
  do {
    try {
      const result = await condition();
      if (result !== undefined && result !== false) return result;
      last = 'not yet';
    } catch (error) {
      last = String(error);
    }
    await sleep(POLL_MS);
  } while (performance.now() < deadline);
  throw new Error(`not within ${limitMs / 1000} s: ${what} (last: ${last})`);
}

/**
 * Makes sure that `check` does not throw, over and over until `isOver`.
 * @throws what `check` throws, or when it is not over within `limitMs`.
 */
export async function holdsUntil(
  what: string,
  limitMs: number,
  isOver: () => boolean,
  check: () => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!isOver()) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await check();
    await sleep(POLL_MS);
  }
}
