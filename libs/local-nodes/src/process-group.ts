import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** Signals a process and all it started; `false` when none of them is left. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leaderPid, signal);
  } catch {
    return false;
  }
}

/**
 * Ends a process group with SIGTERM, and with SIGKILL what is left of it after `limitMs`.
 * @returns whether the polite way was enough.
 */
export async function endGroup(leaderPid: number, limitMs: number, isEnded: () => boolean): Promise<boolean> {
  signalGroup(leaderPid, 'SIGTERM');
  const deadline = performance.now() + limitMs;
  while (!isEnded() && performance.now() < deadline) await sleep(POLL_MS);
  const wasEnough = isEnded();
  signalGroup(leaderPid, 'SIGKILL');
  while (!isEnded()) await sleep(POLL_MS);
  return wasEnough;
}
