import { JetStreamApiError } from '@nats-io/jetstream';
import { LOG_STREAM } from '@spillway/contracts';
import pRetry from 'p-retry';
import { RecordError } from './errors.js';
import type { NatsLink } from './nats-link.js';

/** Milliseconds until a message that was not acknowledged is sent again. */
const ACK_TIMEOUT_MS = 2_000;

/** Puts messages on the log and sees to it that they are stored. */
export class Recorder {
  /** Each message in progress, and how it is given up. */
  private readonly inProgress = new Map<Promise<number>, () => void>();

  constructor(private readonly link: NatsLink) {}

  record(subject: string, data: Uint8Array, messageId: string, signal?: AbortSignal): Promise<number> {
    // One controller a message: `AbortSignal.any` on a signal that lives as long as the process leaks in Node 20.
    const giveUp = new AbortController();
    const onAbort = () => giveUp.abort(new RecordError('aborted', subject, signal?.reason));
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    const recording = this.tryOn(subject, data, messageId, giveUp.signal).finally(() => {
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

  private async tryOn(
    subject: string,
    data: Uint8Array,
    messageId: string,
    stop: AbortSignal,
  ): Promise<number> {
    const options = { msgID: messageId, timeout: ACK_TIMEOUT_MS, expect: { streamName: LOG_STREAM } };
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
      throw error instanceof RecordError ? error : new RecordError('refused', subject, error);
    }
  }
}

/** What the same message will meet again. */
function isRefusal(error: Error): boolean {
  if (error instanceof JetStreamApiError) return error.status === 400;
  return ['InvalidArgumentError', 'InvalidSubjectError', 'RecordError'].includes(error.name);
}
