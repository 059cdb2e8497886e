import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** A program to be run, and what of the environment it gets. */
export interface LocalProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** On top of `PASSED_ON`; the rest of our own environment is not for it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Variables of ours that every process gets. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_OPTIONS', 'GEOIP_DB', 'LOG_LEVEL'];

/**
 * Starts a program that outlives this process, with its output in a file. It leads a process group of its own:
 * Ctrl-C in the terminal reaches us alone, and it is ended with all it started.
 * @param flags how the log file is opened: `w` anew, `a` to go on
 */
export function spawnDetached(
  { command, args, env }: LocalProgram,
  logFile: string,
  flags: 'w' | 'a',
): ChildProcess {
  // The child writes to the file itself: it lives on, as an orphan to be found, if this process is killed.
  const log = openSync(logFile, flags, 0o600);
  try {
    return spawn(command, args, { detached: true, stdio: ['ignore', log, log], env: childEnv(env) });
  } finally {
    closeSync(log);
  }
}

function childEnv(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  return { ...Object.fromEntries(passed), ...own };
}
