import { StartError } from './start-error.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C reaches a program that npm runs twice: from the terminal, and handed on by npm. */
const SAME_KEYPRESS_MS = 1_000;

/**
 * Aborted by the first signal that asks this process to stop. A second one, meant as such, calls `onInsist`.
 * @returns the signal and a function that leaves signals alone again.
 */
export function onStopSignals(onInsist: () => void): { stopped: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(new StartError(`stopped by ${name}`));
    } else if (performance.now() - firstAt > SAME_KEYPRESS_MS) onInsist();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    stopped: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
