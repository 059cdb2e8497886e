import { setTimeout as delay } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { LogReadError } from './errors.js';
import type { NatsLink } from './nats-link.js';

/** Milliseconds before the log is tried again. */
const RETRY_MS = { first: 50, last: 1_000 } as const;

/** Attempts in a row, over about 4 s, that find no JetStream until it is believed: one that is starting has none either. */
const ATTEMPTS_WITHOUT_JETSTREAM = 8;

/** What ends a reading from outside, and how long it waits after a failure. */
export class ReadingScope {
  private readonly controller = new AbortController();
  private failures = 0;

  constructor(
    private readonly link: NatsLink,
    private readonly signal: AbortSignal | undefined,
  ) {
    // By hand: `AbortSignal.any` on a signal that lives as long as the process leaks in Node 20.
    link.closing.addEventListener('abort', this.onClosing);
    signal?.addEventListener('abort', this.onAbort);
    if (link.closing.aborted) this.onClosing();
    if (signal?.aborted) this.onAbort();
  }

  /** Aborts with what the reading shall reject with. */
  get stop(): AbortSignal {
    return this.controller.signal;
  }

  /** To be told when something worked. */
  recover(): void {
    this.failures = 0;
  }

  /** Waits before another attempt. @throws what trying again would not cure. */
  async waitAfter(error: unknown): Promise<void> {
    this.stop.throwIfAborted();
    if (error instanceof LogReadError) throw error;
    if (isRefusal(error)) throw new LogReadError('refused', error);
    if (isWithoutJetStream(error) && this.failures >= ATTEMPTS_WITHOUT_JETSTREAM) {
      throw new LogReadError('no-jetstream', error);
    }
    if (this.failures === 0) this.link.logger.warn(`Reading the log broke off: ${String(error)}`);
    const waitMs = Math.min(RETRY_MS.last, RETRY_MS.first * 2 ** this.failures++);
    await delay(waitMs, undefined, { signal: this.stop }).catch(() => undefined);
    this.stop.throwIfAborted();
  }

  release(): void {
    this.link.closing.removeEventListener('abort', this.onClosing);
    this.signal?.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = () => this.controller.abort(this.signal?.reason);
  private readonly onClosing = () =>
    this.controller.abort(new LogReadError('closed', this.link.closing.reason));
}

export function isStreamAbsent(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}

const isWithoutJetStream = (error: unknown) => error instanceof Error && error.name === 'JetStreamNotEnabled';

function isRefusal(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status === 400 || error.status === 403;
  return error instanceof Error && error.name === 'PermissionViolationError';
}
