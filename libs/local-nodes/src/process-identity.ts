import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which process a pid stands for: pids are given out again, start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** `undefined` when there is no such process, or only what is left of it until its parent takes note. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? startTimeInProc(pid) : startTimeByPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.startTime === startTime;
}

/** Fields 3 (state) and 22 (start time) of proc_pid_stat(5); the name before them may contain anything but `)`. */
function startTimeInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startTimeByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
