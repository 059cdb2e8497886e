import type { ChildProcess } from 'node:child_process';
import { endGroup, signalGroup, spawnDetached, tailOf, type LocalProgram } from '@spillway/local-nodes';

/** How to run one process of the system. */
export interface ServiceSpec extends LocalProgram {
  readonly name: string;
  /** Milliseconds it may take to stop in good order. */
  readonly stopWithinMs: number;
}

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
    const child = spawnDetached(this.spec, this.logFile, this.#hasRun ? 'a' : 'w');
    this.#hasRun = true;
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
    return tailOf(this.logFile);
  }

  #onEnd(cause: string): void {
    if (this.#child === undefined) return;
    this.#child = undefined;
    if (!this.#isStopping) this.onDeath(this, cause);
  }
}
