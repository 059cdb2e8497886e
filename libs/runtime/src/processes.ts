import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import type { LoggerService } from '@nestjs/common';
import { answerForAll } from './metrics-of-all.js';

/** Tells a process which of several it is, from 1 on. */
export const PROCESS_VARIABLE = 'SPILLWAY_PROCESS';

const STARTED = 'started';
const STOP = 'stop';

/** Milliseconds until a process that ended is started anew. */
const RESTART_MS = 1_000;
/** Milliseconds the processes have to end in good order. */
const STOP_LIMIT_MS = 25_000;

export interface SupervisionOptions {
  /** At least 1. */
  readonly count: number;
  /** What the environment of the nth differs in. */
  readonly environmentOf: (n: number) => Readonly<Record<string, string>>;
  readonly logger: Pick<LoggerService, 'log' | 'error'>;
}

/**
 * Runs this program several times behind the same ports (Node's cluster: connections go to the processes in turn). One
 * that ends is started anew; SIGTERM and SIGINT end all in good order, a second one at once. Should this process be
 * killed, the others end with it.
 */
export class Supervision {
  private readonly workers = new Map<number, Worker>();
  private readonly started = new WeakSet<Worker>();
  /** Those that have started once: what ends before then would end so again. */
  private readonly proven = new Set<number>();
  private exitCode: number | undefined;

  constructor(private readonly options: SupervisionOptions) {
    answerForAll();
    process.on('SIGTERM', () => this.stop(0));
    process.on('SIGINT', () => this.stop(0));
    for (let n = 1; n <= options.count; n++) this.start(n);
  }

  private start(n: number): void {
    if (this.exitCode !== undefined) return;
    const worker = cluster.fork({ ...this.options.environmentOf(n), [PROCESS_VARIABLE]: `${n}` });
    this.workers.set(n, worker);
    worker.on('message', (message) => {
      if (message !== STARTED) return;
      this.started.add(worker);
      this.proven.add(n);
    });
    worker.on('exit', (code: number | null, signal: string | null) => {
      this.workers.delete(n);
      if (this.exitCode !== undefined) return this.ended(code ?? (this.started.has(worker) ? 1 : 0));
      const how = signal ?? `status ${code}`;
      if (!this.proven.has(n)) {
        this.options.logger.error(`Process ${n} could not be started (${how}): all are stopped`);
        return this.stop(1);
      }
      this.options.logger.error(`Process ${n} ended (${how}) and is started anew`);
      setTimeout(() => this.start(n), RESTART_MS);
    });
  }

  private stop(exitCode: number): void {
    const isAgain = this.exitCode !== undefined;
    this.exitCode = Math.max(this.exitCode ?? 0, exitCode);
    if (this.workers.size === 0) process.exit(this.exitCode);
    for (const worker of this.workers.values()) {
      if (isAgain) worker.process.kill('SIGKILL');
      // One that has not started yet has nothing to end, and hears nothing.
      else if (this.started.has(worker) && worker.isConnected()) worker.send(STOP);
      else worker.process.kill('SIGTERM');
    }
    setTimeout(() => this.stop(1), STOP_LIMIT_MS).unref();
  }

  private ended(code: number): void {
    this.exitCode = Math.max(this.exitCode ?? 0, code);
    if (this.workers.size === 0) process.exit(this.exitCode);
  }
}

/**
 * For one of several processes that has started.
 * @returns its signals, for `shutDownOnSignal`: a terminal and systemd send theirs to every process, beside the word of
 * the one that started it, and that is no second wish. That one ends those who take too long.
 */
export function joinSupervision(): EventEmitter & { exit: (code: number) => void } {
  const signals = new EventEmitter();
  let isStopping = false;
  process.send?.(STARTED);
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    signals.emit('SIGTERM');
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('message', (message) => {
    if (message === STOP) stop();
  });
  return Object.assign(signals, { exit: (code: number) => process.exit(code) });
}
