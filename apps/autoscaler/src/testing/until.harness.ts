import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 5;

/** Waits for a condition; fails when it does not come true. */
export async function until(condition: () => unknown, limitMs = 15_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`this did not come true: ${condition.toString()}`);
    await delay(LOOK_MS);
  }
}
