import { setImmediate as turn } from 'node:timers/promises';
import { Latencies } from './latency.js';

/** Asks once. Rejects when the answer is none. */
export type Ask = () => Promise<unknown>;

/**
 * Asks as fast as answers come, so many at a time. The load's event loop keeps turning: one that sleeps until each
 * answer wakes it lets the server pay for the waking, 30 µs an answer on a virtual machine.
 * @returns answers, and the milliseconds they took.
 */
export async function saturate(
  ask: Ask,
  lanes: number,
  ms: number,
): Promise<{ readonly answers: number; readonly ms: number }> {
  let answers = 0;
  const run = { isOver: false };
  const startedAt = performance.now();
  const lane = async () => {
    while (!run.isOver) {
      await ask();
      answers++;
    }
  };
  const all = Promise.all(Array.from({ length: lanes }, lane)).finally(() => (run.isOver = true));
  // Told of below, and not before.
  all.catch(() => undefined);
  while (!run.isOver && performance.now() - startedAt < ms) await turn();
  run.isOver = true;
  await all;
  return { answers, ms: performance.now() - startedAt };
}

/**
 * Asks so often, whether or not answers come, and counts the time of each from when it was due.
 * @param pause between two looks at what is due: a load that keeps turning takes a core for itself.
 */
export async function askAtRate(
  ask: Ask,
  perSecond: number,
  ms: number,
  pause: () => Promise<unknown> = turn,
): Promise<Latencies> {
  const took: number[] = [];
  const failures: unknown[] = [];
  const startedAt = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - startedAt) {
    for (; sent < (elapsed * perSecond) / 1000; sent++) {
      const dueAt = startedAt + (sent * 1000) / perSecond;
      ask().then(
        () => took.push(performance.now() - dueAt),
        (error: unknown) => failures.push(error),
      );
    }
    if (failures.length > 0) throw failures[0];
    await pause();
  }
  while (took.length < sent && failures.length === 0) await pause();
  if (failures.length > 0) throw failures[0];
  return new Latencies(took);
}

/**
 * Asks until so many answers have come, or for so long: a server is as fast as it gets once its code has been compiled
 * for its load.
 */
export async function warmUp(ask: Ask, lanes: number, answers: number, limitMs: number): Promise<void> {
  const startedAt = performance.now();
  for (let come = 0; come < answers && performance.now() - startedAt < limitMs;) {
    come += (await saturate(ask, lanes, WARM_UP_STEP_MS)).answers;
  }
}

const WARM_UP_STEP_MS = 200;
