import { JetStreamApiError } from '@nats-io/jetstream';
import { LOG_STREAM } from '@spillway/contracts';
import pRetry from 'p-retry';
import { RecordError } from './errors.js';
import type { NatsLink } from './nats-link.js';
import { isWrongLastSequence } from './wrong-last-sequence.js';

/** Milliseconds until a message that was not acknowledged is sent again. */
const ACK_TIMEOUT_MS = 2_000;

export interface Recording {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly messageId: string;
  readonly signal?: AbortSignal | undefined;
  /** See `Bus.record`. */
  readonly after?: number | undefined;
}

/** Puts messages on the log and sees to it that they are stored. */
export class Recorder {
  /** Each message in progress, and how it is given up. */
  private readonly inProgress = new Map<Promise<number>, () => void>();

  constructor(private readonly link: NatsLink) {}

  record(message: Recording): Promise<number> {
    const { subject, signal } = message;
    // One controller a message: `AbortSignal.any` on a signal that lives as long as the process leaks in Node 20.
    const giveUp = new AbortController();
    const onAbort = () => giveUp.abort(new RecordError('aborted', subject, signal?.reason));
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    const recording = this.tryOn(message, giveUp.signal).finally(() => {
      signal?.removeEventListener('abort', onAbort);
      this.inProgress.delete(recording);
    });
    this.inProgress.set(recording, () => giveUp.abort(new RecordError('closed', subject)));
    return recording;
  }

  /** Resolves once nothing is in progress any more. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.inProgress.keys());
  }

  giveUp(): void {
    for (const giveUp of this.inProgress.values()) giveUp();
  }

  private async tryOn({ subject, data, messageId, after }: Recording, stop: AbortSignal): Promise<number> {
    const expect = { streamName: LOG_STREAM, ...(after !== undefined && { lastSubjectSequence: after }) };
    const options = { msgID: messageId, timeout: ACK_TIMEOUT_MS, expect };
    const attempt = async () => {
      const { streams } = await this.link.up(stop);
      return (await this.link.whileUp(streams.publish(subject, data, options), stop)).seq;
    };
    try {
      return await pRetry(attempt, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 50,
        maxTimeout: 2_000,
        randomize: true,
        signal: stop,
        shouldRetry: ({ error }) => !isRefusal(error),
      });
    } catch (error) {
      if (error instanceof RecordError) throw error;
      throw new RecordError(isWrongLastSequence(error) ? 'overtaken' : 'refused', subject, error);
    }
  }
}

/** What the same message will meet again. */
function isRefusal(error: Error): boolean {
  if (error instanceof JetStreamApiError) return error.status === 400;
  return ['InvalidArgumentError', 'InvalidSubjectError', 'RecordError'].includes(error.name);
}
