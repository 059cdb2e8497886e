import type { LoggerService } from '@nestjs/common';

/** One thing to let go of before the process ends. */
export interface ShutdownStep {
  readonly name: string;
  /** Milliseconds after which the next step is taken regardless. */
  readonly limitMs: number;
  run(): unknown;
}

type Log = Pick<LoggerService, 'log' | 'error'>;

/**
 * Takes the steps one after the other; a step that fails or takes too long is logged and does not stop the rest.
 * @returns whether all of them finished.
 */
export async function runShutdown(steps: readonly ShutdownStep[], log: Log): Promise<boolean> {
  let isClean = true;
  for (const step of steps) {
    const startedAt = performance.now();
    const failure = await attempt(step);
    const took = `${Math.round(performance.now() - startedAt)} ms`;
    if (failure === undefined) log.log(`Shutdown: ${step.name} (${took})`);
    else {
      isClean = false;
      log.error(`Shutdown: ${step.name} failed after ${took}: ${failure}`);
    }
  }
  return isClean;
}

async function attempt(step: ShutdownStep): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`not done within ${step.limitMs} ms`), step.limitMs);
  });
  try {
    return await Promise.race([Promise.resolve(step.run()).then(() => undefined), limit]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const;

/** What a process is to this file, so that specs can stand in for it. */
export interface SignalledProcess {
  on(signal: keyof typeof SIGNALS, listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Ends the process in good order at SIGTERM or SIGINT: exit status 0, or 1 when a step did not finish. A second
 * signal ends it at once with 128 + its number. Takes the place of Nest's `enableShutdownHooks`, whose order is
 * by module depth: let `app.close()` be one of the steps.
 */
export function shutDownOnSignal(
  steps: readonly ShutdownStep[],
  log: Log,
  target: SignalledProcess = process,
): void {
  let isShuttingDown = false;
  const stop = async (signal: keyof typeof SIGNALS) => {
    if (isShuttingDown) {
      target.exit(128 + SIGNALS[signal]);
      return;
    }
    isShuttingDown = true;
    log.log(`Shutdown: ${signal} received; once more ends the process at once`);
    target.exit((await runShutdown(steps, log)) ? 0 : 1);
  };
  target.on('SIGTERM', () => void stop('SIGTERM'));
  target.on('SIGINT', () => void stop('SIGINT'));
}
