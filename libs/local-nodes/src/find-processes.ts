import { readdirSync, readFileSync } from 'node:fs';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';

/**
 * Processes with an argument that begins with `prefix`: those that were started by somebody who died before it could
 * write down what it had started. Finds none where there is no /proc.
 */
export function findProcesses(prefix: string): ProcessIdentity[] {
  return pids()
    .filter((pid) => argumentsOf(pid).some((argument) => argument.startsWith(prefix)))
    .flatMap((pid) => identifyProcess(pid) ?? []);
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty when it is gone by now. */
function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1);
  } catch {
    return [];
  }
}
