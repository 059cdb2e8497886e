import { readFileSync } from 'node:fs';
import type { LoggerService } from '@nestjs/common';
import { isBelowVersion } from '@spillway/fleet';
import type { Software } from '../relay/software.js';

/** The first coturn that takes SIGUSR1 for "finish"; older ones die of it, with every call on them. */
export const FIRST_WITH_SIGNAL = '4.6.3';

/** Why a server must not be signalled; `undefined` when it may. */
export function refusalOf(software: Software | undefined): string | undefined {
  if (software?.name !== 'coturn') return `it says it is ${software?.name ?? 'nothing'}, not coturn`;
  if (software.version === null) return 'it does not say its version';
  if (isBelowVersion(software.version, FIRST_WITH_SIGNAL)) {
    return `coturn ${software.version} would die of it; only ${FIRST_WITH_SIGNAL} and newer finish`;
  }
  return undefined;
}

/** What this file does to other processes, so that specs can stand in for it. */
export interface Processes {
  kill(pid: number, signal: 'SIGUSR1' | 0): unknown;
}

/**
 * Tells coturn to finish: SIGUSR1 makes it refuse new allocations and end with its last one. There is no way back
 * but a restart, so after it the node does not serve before that process is gone.
 */
export class RelaySignal {
  private handled: string | undefined;
  private finishing: { readonly pid: number; readonly commandId: string } | undefined;

  constructor(
    private readonly pidFile: string,
    private readonly logger: Pick<LoggerService, 'log' | 'warn'>,
    private readonly processes: Processes = process,
  ) {}

  /** Once per drain. `software` is what the server says of itself by STUN. */
  send(commandId: string, software: Software | undefined): void {
    if (this.handled === commandId) return;
    this.handled = commandId;
    if (this.finishing && this.isFinishing) {
      this.finishing = { ...this.finishing, commandId };
      return;
    }
    try {
      const refusal = refusalOf(software);
      if (refusal !== undefined) throw new Error(refusal);
      const pid = readServerPid(this.pidFile);
      this.processes.kill(pid, 'SIGUSR1');
      this.finishing = { pid, commandId };
      this.logger.log(`coturn (pid ${pid}) was told to finish (SIGUSR1)`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`coturn was not told to finish (SIGUSR1): ${reason}. The drain goes on without.`);
    }
  }

  /** It was told to finish and is still there: it refuses new allocations. */
  get isFinishing(): boolean {
    return this.finishing !== undefined && isThere(this.finishing.pid, this.processes);
  }

  /** It was told to finish for this drain and is gone, and its allocations with it. */
  hasFinished(commandId: string): boolean {
    return this.finishing?.commandId === commandId && !this.isFinishing;
  }
}

function isThere(pid: number, processes: Processes): boolean {
  try {
    processes.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** @throws {Error} when the file names no running turnserver: most programs die of SIGUSR1. */
function readServerPid(pidFile: string): number {
  const pid = Number(readFileSync(pidFile, 'utf8').trim());
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new Error(`${pidFile} holds no process id`);
  const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  if (name !== 'turnserver') throw new Error(`process ${pid} of ${pidFile} is ${name}, not turnserver`);
  return pid;
}
