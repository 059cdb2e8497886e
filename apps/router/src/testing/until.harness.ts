import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 15_000;
const LOOK_MS = 5;

/** Waits for a condition; fails when it does not come true. */
export async function until(condition: () => unknown, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`this did not come true: ${condition.toString()}`);
    await delay(LOOK_MS);
  }
}

const LOOKS = 20;

/** What a value above 0 comes to that grows for a while and then stays. */
export async function settled(read: () => Promise<number>): Promise<number> {
  let last = 0;
  let same = 0;
  await until(async () => {
    const value = await read();
    same = value === last ? same + 1 : 0;
    last = value;
    return value > 0 && same >= LOOKS;
  });
  return last;
}
