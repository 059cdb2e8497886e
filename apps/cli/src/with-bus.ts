import { NatsBus, natsOptionsFrom, type Bus, type BusLogger } from '@spillway/messaging';
import { loadConfig, text } from '@spillway/runtime/config';
import { z } from 'zod';

/** NATS was not reached in time, or does not let us in. */
export class BusUnreachableError extends Error {
  readonly code = 'bus-unreachable';
  /** Our credentials are not taken. */
  readonly isRefusal: boolean;
  constructor(servers: string, limitMs: number, reason = '') {
    super(
      REFUSAL.test(reason)
        ? `the NATS server at ${servers} does not take us (${reason}): ` +
            'NATS_CREDENTIALS names the file of our credentials, NATS_CA the one with the authority of its certificate'
        : `no NATS server answers at ${servers} within ${limitMs / 1000} s: is it running? Choose another with NATS_URL`,
    );
    this.name = 'BusUnreachableError';
    this.isRefusal = /authorization|authentication|expired/i.test(reason);
  }
}

/** How the client and TLS say that somebody is there. */
const REFUSAL = /authorization|authentication|expired|certificate|tls|secure/i;

/** NATS was reached, but what was to be done with it did not come to an end. */
export class BusOverdueError extends Error {
  readonly code = 'bus-overdue';
  constructor(servers: string, limitMs: number) {
    super(
      `not done within ${limitMs / 1000} s by the NATS server at ${servers}, which was reached before: ` +
        'is it still running, and its JetStream too? It is safe to repeat the command',
    );
    this.name = 'BusOverdueError';
  }
}

export interface BusLimits {
  /** Ends everything early. */
  readonly signal?: AbortSignal;
  /** Milliseconds until NATS must have been reached. */
  readonly connectMs?: number;
  /** Milliseconds for the work itself; `Infinity` for work that lasts until it is interrupted. */
  readonly workMs?: number;
  /** Path of a .creds file, in place of the one NATS_CREDENTIALS names. */
  readonly credentialsFile?: string;
}

/** From the environment alone, as for every process. */
const accessSchema = z.object({
  NATS_CREDENTIALS: text().optional().describe('Path of a NATS .creds file'),
  NATS_CA: text().optional().describe('Path of the certificates (PEM) that sign those of NATS'),
});

const CONNECT_MS = 5_000;
/** More than the 30 s a cluster is given to form: that it did not is the better message. */
const WORK_MS = 35_000;

/**
 * Connects to NATS for one piece of work, which should end when its signal aborts and is left behind if it does not.
 * @throws {BusUnreachableError} after `connectMs`; {BusOverdueError} after `workMs`; the reason of `signal` when
 * that aborts.
 */
export async function withBus<T>(
  servers: string,
  work: (bus: Bus, signal: AbortSignal) => Promise<T>,
  { signal, connectMs = CONNECT_MS, workMs = WORK_MS, credentialsFile }: BusLimits = {},
): Promise<T> {
  const shown = withoutPasswords(servers);
  let reason: string | undefined;
  const logger: BusLogger = { log: () => {}, warn: (message) => (reason = message), error: () => {} };
  const access = natsOptionsFrom({ ...loadConfig(accessSchema), NATS_URL: servers });
  const bus = NatsBus.connect({
    ...access,
    ...(credentialsFile !== undefined && { credentialsFile }),
    name: 'spillway-cli',
    logger,
  });
  try {
    const unreachable = () => new BusUnreachableError(shown, connectMs, reason);
    await within(connectMs, unreachable, signal, () => linkUp(bus));
    const overdue = () => new BusOverdueError(shown, workMs);
    return await within(workMs, overdue, signal, (ending) => work(bus, ending));
  } finally {
    await bus.close();
  }
}

/** @throws what `overdue` gives after `limitMs`, the reason of `signal` when that aborts, and whatever `work` does before. */
async function within<T>(
  limitMs: number,
  overdue: () => Error,
  signal: AbortSignal | undefined,
  work: (ending: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const onAbort = () => ending.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  // A timer of more than 24 days would fire at once.
  const timer = Number.isFinite(limitMs) ? setTimeout(() => ending.abort(overdue()), limitMs) : undefined;
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error));
  });
  try {
    return await Promise.race([ended, work(ending.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function linkUp(bus: Bus): Promise<void> {
  if (bus.link === 'up') return;
  await new Promise<void>((resolve) => {
    bus.onLink((link) => {
      if (link === 'up') resolve();
    });
  });
}

function withoutPasswords(servers: string): string {
  return servers.replaceAll(/\/\/[^@,]*@/g, '//');
}
