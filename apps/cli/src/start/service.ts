import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endGroup, signalGroup } from './process-group.js';

/** How to run one process of the system. */
export interface ServiceSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** On top of `PASSED_ON`; the rest of our own environment is not for it. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds it may take to stop in good order. */
  readonly stopWithinMs: number;
}

/** Variables of ours that every service gets. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_OPTIONS', 'GEOIP_DB', 'LOG_LEVEL'];

const TAIL_LINES = 12;
const TAIL_BYTES = 8_192;

/** A process that is kept running: its output goes to a log file, its death is told to `onDeath`. */
export class Service {
  #child: ChildProcess | undefined;
  #isStopping = false;
  #hasRun = false;

  constructor(
    readonly spec: ServiceSpec,
    readonly logFile: string,
    private readonly onDeath: (service: Service, cause: string) => void,
  ) {}

  /** @returns its pid, `undefined` when it could not be started; `onDeath` says why then. */
  start(): number | undefined {
    const { command, args, env } = this.spec;
    // The child writes to the file itself: it lives on, as an orphan to be found, if this process is killed.
    const log = openSync(this.logFile, this.#hasRun ? 'a' : 'w');
    this.#hasRun = true;
    // A process group of its own: Ctrl-C in the terminal reaches us alone, and we stop things in order.
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], env: childEnv(env) });
    closeSync(log);
    this.#child = child;
    child.once('error', ({ message }) => this.#onEnd(message));
    child.once('exit', (status, signal) => this.#onEnd(signal ?? `exit status ${status}`));
    return child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** @returns whether it stopped in good order. */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    const pid = this.#child?.pid;
    return pid === undefined || endGroup(pid, this.spec.stopWithinMs, () => !this.isRunning);
  }

  kill(): void {
    this.#isStopping = true;
    const pid = this.#child?.pid;
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  }

  /** The end of its log, for a message that says why it died. */
  tail(): string {
    return readEnd(this.logFile, TAIL_BYTES)
      .trimEnd()
      .split('\n')
      .slice(-TAIL_LINES)
      .map((line) => `  | ${line}`)
      .join('\n');
  }

  #onEnd(cause: string): void {
    if (this.#child === undefined) return;
    this.#child = undefined;
    if (!this.#isStopping) this.onDeath(this, cause);
  }
}

function childEnv(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  return { ...Object.fromEntries(passed), ...own };
}

function readEnd(path: string, bytes: number): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const end = Buffer.alloc(bytes);
    const from = Math.max(0, fstatSync(file).size - bytes);
    return end.subarray(0, readSync(file, end, 0, bytes, from)).toString();
  } catch (error) {
    // Somebody removed it; that must not hide why the process died.
    return (error as Error).message;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
