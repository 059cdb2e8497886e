import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** A process and what it printed so far, errors too. */
export interface RunningProcess {
  readonly pid: number;
  readonly output: string;
  /** Does nothing to one that has ended. */
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<EndedProcess>;
}

export interface EndedProcess {
  /** `null` after a signal. */
  readonly exitCode: number | null;
  readonly output: string;
}

export function startProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): RunningProcess {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    signal: (name) => void child.kill(name),
    ended: once(child, 'close').then(([exitCode]: (number | null)[]) => ({
      exitCode: exitCode ?? null,
      output,
    })),
  };
}

/** Pids of all processes that have `text` in their command line or environment, proc_pid_cmdline(5). */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(text)))
    .map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
