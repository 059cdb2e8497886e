/**
 * Runs `task` over and over until `signal` aborts, never twice at a time. It returns the milliseconds from its
 * start to the next one; when it takes longer than that, the next one follows at once.
 */
export async function repeat(task: () => Promise<number>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    const periodMs = await task();
    await wait(startedAt + periodMs - performance.now(), signal);
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
