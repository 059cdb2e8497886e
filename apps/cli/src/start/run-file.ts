import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identifyProcess, isAlive, type ProcessIdentity } from '@spillway/local-nodes';
import { StartError } from './start-error.js';

/** The entry of `spillway start` itself, next to those of its services. */
export const SUPERVISOR = 'supervisor';

type Records = Record<string, ProcessIdentity>;

/**
 * `run.json`: the processes of the running system by name, so that people and tests can find them. It is the lock
 * of the state folder too, and what an interrupted run left behind is known from it.
 */
export class RunFile {
  readonly #records: Records = {};

  private constructor(private readonly path: string) {}

  /**
   * Claims the state folder for this process. `stopOrphan` ends one process that an earlier run left behind.
   * @throws {StartError} when another run holds it.
   */
  static async claim(
    path: string,
    stopOrphan: (name: string, orphan: ProcessIdentity) => Promise<void>,
  ): Promise<RunFile> {
    const file = new RunFile(path);
    if (file.#create()) return file;
    const { [SUPERVISOR]: holder, ...services } = readRecords(path);
    if (holder && isAlive(holder)) {
      throw new StartError(
        `Spillway is running here already (pid ${holder.pid}, see ${path}). ` +
          `Stop it with Ctrl-C or: kill ${holder.pid}\n` +
          'A second one needs a state folder and ports of its own: --state, --http-port, --grpc-port, --nats-port, --turn-port',
      );
    }
    // Those that were started last need the others.
    for (const [name, service] of Object.entries(services).toReversed()) {
      if (isAlive(service)) await stopOrphan(name, service);
    }
    rmSync(path, { force: true });
    if (file.#create()) return file;
    throw new StartError(`Another start was faster (see ${path})`);
  }

  set(name: string, pid: number): void {
    const identity = identifyProcess(pid);
    if (identity) this.#records[name] = identity;
    this.#write(`${this.path}.new`);
    renameSync(`${this.path}.new`, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  /** Linking makes the whole file appear at once, or not at all where there is one already. */
  #create(): boolean {
    const identity = identifyProcess(process.pid);
    if (identity) this.#records[SUPERVISOR] = identity;
    const draft = `${this.path}.${process.pid}`;
    this.#write(draft);
    try {
      linkSync(draft, this.path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(draft);
    }
  }

  #write(path: string): void {
    writeFileSync(path, `${JSON.stringify(this.#records, null, 2)}\n`);
  }
}

function readRecords(path: string): Records {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Records;
  } catch {
    return {};
  }
}
