import { JetStreamApiError } from '@nats-io/jetstream';
import { TimeoutError, RequestError as NatsRequestError, type Msg } from '@nats-io/transport-node';
import { LOG_STREAM, type LogRetention } from '@spillway/contracts';
import pRetry from 'p-retry';
import type {
  Bus,
  BusMessage,
  FollowOptions,
  Following,
  LinkState,
  LogListener,
  OutgoingMessage,
  StateStore,
} from './bus.js';
import { ProvisionError, RecordError, RequestError } from './errors.js';
import { LogFollower } from './log-follower.js';
import { NatsLink } from './nats-link.js';
import type { NatsOptions } from './nats-options.js';
import { encodePayload } from './payload.js';
import { provisionLog, toProvisionError } from './provision.js';
import { FAILED_HEADER, Responders, toBusMessage, toHeaders } from './responders.js';
import { NatsStateStore } from './state-store.js';

/** Milliseconds until a message that was not acknowledged is sent again. */
const ACK_TIMEOUT_MS = 2_000;

const RETRY = { retries: Number.POSITIVE_INFINITY, minTimeout: 50, maxTimeout: 2_000, randomize: true };

/** The real `Bus`. */
export class NatsBus implements Bus {
  readonly state: StateStore;
  private readonly nats: NatsLink;
  private readonly responders: Responders;
  private readonly followers = new Set<LogFollower>();
  private readonly recording = new Set<Promise<number>>();

  /**
   * Returns at once, with the link down; connects in the background and keeps trying until closed.
   * @throws {ConnectOptionsError} for options that cannot lead to a connection.
   */
  static connect(options: NatsOptions): NatsBus {
    return new NatsBus(options);
  }

  private constructor(private readonly options: NatsOptions) {
    this.nats = new NatsLink(options);
    this.state = new NatsStateStore(this.nats);
    this.responders = new Responders(this.nats);
  }

  get link(): LinkState {
    return this.nats.state;
  }

  onLink(listener: (link: LinkState) => void): () => void {
    return this.nats.onChange(listener);
  }

  async provision(retention?: LogRetention): Promise<void> {
    const attempt = async () => provisionLog(await this.nats.up(), retention);
    const shouldRetry = ({ error }: { error: Error }) => toProvisionError(error) === undefined;
    try {
      await pRetry(attempt, { ...RETRY, signal: this.nats.closing, shouldRetry });
    } catch (error) {
      throw (
        toProvisionError(error) ??
        new ProvisionError('closed', 'The log was not provisioned', 'The bus was closed first', error)
      );
    }
  }

  publish(subject: string, payload: unknown): void {
    this.nats.upSession?.connection.publish(subject, encodePayload(payload));
  }

  record(subject: string, payload: unknown, messageId: string, signal?: AbortSignal): Promise<number> {
    const recording = this.putOnLog(subject, encodePayload(payload), messageId, signal).finally(() =>
      this.recording.delete(recording),
    );
    this.recording.add(recording);
    return recording;
  }

  private async putOnLog(
    subject: string,
    data: Uint8Array,
    messageId: string,
    signal?: AbortSignal,
  ): Promise<number> {
    const stop = signal ? AbortSignal.any([signal, this.nats.closing]) : this.nats.closing;
    const options = { msgID: messageId, timeout: ACK_TIMEOUT_MS, expect: { streamName: LOG_STREAM } };
    const attempt = async () => {
      const { streams } = await this.nats.up(stop);
      return (await streams.publish(subject, data, options)).seq;
    };
    try {
      return await pRetry(attempt, { ...RETRY, signal: stop, shouldRetry: ({ error }) => !isRefusal(error) });
    } catch (error) {
      if (signal?.aborted) throw new RecordError('aborted', subject, error);
      throw new RecordError(this.nats.closing.aborted ? 'closed' : 'refused', subject, error);
    }
  }

  async follow(listener: LogListener, options: FollowOptions = {}): Promise<Following> {
    const follower = new LogFollower(this.nats, listener, options);
    this.followers.add(follower);
    await follower.begun;
    return follower;
  }

  async request(subject: string, message: OutgoingMessage, timeoutMs: number): Promise<BusMessage> {
    const session = this.nats.upSession;
    if (!session) throw new RequestError('link-down', subject);
    let answer: Msg;
    try {
      const headers = toHeaders(message.headers ?? {});
      answer = await session.connection.request(subject, encodePayload(message.payload), {
        timeout: timeoutMs,
        headers,
      });
    } catch (error) {
      throw toRequestError(error, subject);
    }
    if (answer.headers?.has(FAILED_HEADER)) throw new RequestError('responder-failed', subject);
    return toBusMessage(answer);
  }

  respond(
    subject: string,
    queue: string,
    handler: (request: BusMessage) => Promise<OutgoingMessage>,
  ): Promise<{ stop(): Promise<void> }> {
    return this.responders.add(subject, queue, handler);
  }

  async close(): Promise<void> {
    const limitMs = this.options.closeTimeoutMs ?? 5_000;
    const orderly = Promise.all([this.responders.stopAll(), Promise.allSettled(this.recording)]);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([orderly, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
    clearTimeout(timer);
    await this.nats.close(limitMs);
    await Promise.all([...this.followers].map((follower) => follower.stop()));
  }
}

function isRefusal(error: Error): boolean {
  if (error instanceof JetStreamApiError) return error.status === 400;
  return error.name === 'InvalidArgumentError' || error.name === 'InvalidSubjectError';
}

function toRequestError(error: unknown, subject: string): RequestError {
  if (error instanceof TimeoutError) return new RequestError('timeout', subject, error);
  if (error instanceof NatsRequestError && error.isNoResponders()) {
    return new RequestError('no-responders', subject, error);
  }
  return new RequestError('refused', subject, error);
}
