import { setTimeout as delay } from 'node:timers/promises';
import { TimeoutError, RequestError as NatsRequestError, type Msg } from '@nats-io/transport-node';
import type { LogRetention } from '@spillway/contracts';
import type {
  Bus,
  BusMessage,
  FollowOptions,
  Following,
  LinkState,
  LogListener,
  OutgoingMessage,
  RequestHandler,
  StateStore,
} from './bus.js';
import { CutOffWatch } from './cut-off-watch.js';
import { RequestError } from './errors.js';
import { LastFollower } from './last-follower.js';
import { LogFollower } from './log-follower.js';
import { readLogUsage, type LogUsage } from './log-usage.js';
import type { BusReading, LogWindow } from './log-reading.js';
import { NatsLink } from './nats-link.js';
import type { NatsOptions } from './nats-options.js';
import { openReading } from './nats-reading.js';
import { encodePayload } from './payload.js';
import { Provisioner } from './provisioner.js';
import { Recorder } from './recorder.js';
import { hasFailed, Responders, toBusMessage, toHeaders } from './responders.js';
import { NatsStateStore } from './state-store.js';

const CLOSE_TIMEOUT_MS = 5_000;

/** The real `Bus`. */
export class NatsBus implements Bus {
  readonly state: StateStore;
  private readonly nats: NatsLink;
  private readonly cutOff: CutOffWatch;
  private readonly responders: Responders;
  private readonly followers = new Set<LogFollower | LastFollower>();
  private readonly recorder: Recorder;
  private readonly provisioner: Provisioner;

  /**
   * Returns at once, with the link down; connects in the background and keeps trying until closed.
   * @throws {ConnectOptionsError} for options that cannot lead to a connection.
   */
  static connect(options: NatsOptions): NatsBus {
    return new NatsBus(options);
  }

  private constructor(private readonly options: NatsOptions) {
    this.nats = new NatsLink(options);
    this.cutOff = new CutOffWatch(this.nats);
    this.state = new NatsStateStore(this.nats);
    this.provisioner = new Provisioner(this.nats);
    this.responders = new Responders(this.nats);
    this.recorder = new Recorder(this.nats);
  }

  get link(): LinkState {
    return this.nats.state;
  }

  onLink(listener: (link: LinkState) => void): () => void {
    return this.nats.onChange(listener);
  }

  provision(retention?: LogRetention): Promise<void> {
    return this.provisioner.provision(retention);
  }

  publish(subject: string, payload: unknown): void {
    this.nats.upSession?.connection.publish(subject, encodePayload(payload));
  }

  record(
    subject: string,
    payload: unknown,
    messageId: string,
    signal?: AbortSignal,
    after?: number,
  ): Promise<number> {
    return this.recorder.record({ subject, data: encodePayload(payload), messageId, signal, after });
  }

  follow(listener: LogListener, options: FollowOptions = {}): Promise<Following> {
    return this.begin(new LogFollower(this.nats, this.cutOff, listener, options));
  }

  followLast(listener: LogListener, subjects: readonly string[]): Promise<Following> {
    return this.begin(new LastFollower(this.nats, this.cutOff, listener, subjects));
  }

  private async begin(follower: LogFollower | LastFollower): Promise<Following> {
    this.followers.add(follower);
    void follower.ended.then(() => this.followers.delete(follower));
    await follower.begun;
    return follower;
  }

  readLog(window: LogWindow, signal?: AbortSignal): Promise<BusReading> {
    return openReading(this.nats, window, signal);
  }

  logUsage(): Promise<LogUsage | undefined> {
    return readLogUsage(this.nats);
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
    if (hasFailed(answer)) throw new RequestError('responder-failed', subject);
    return toBusMessage(answer);
  }

  respond(subject: string, queue: string, handler: RequestHandler): Promise<{ stop(): Promise<void> }> {
    return this.responders.add(subject, queue, handler);
  }

  async close(): Promise<void> {
    const limitMs = this.options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
    await atMost(limitMs, Promise.all([this.responders.stopAll(), this.recorder.finish()]));
    this.recorder.giveUp();
    await Promise.all([...this.followers].map((follower) => follower.stop()));
    await this.nats.close(limitMs);
  }
}

async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  const early = new AbortController();
  const limit = delay(limitMs, undefined, { signal: early.signal }).catch(() => undefined);
  await Promise.race([work, limit]);
  early.abort();
}

function toRequestError(error: unknown, subject: string): RequestError {
  if (error instanceof TimeoutError) return new RequestError('timeout', subject, error);
  if (error instanceof NatsRequestError && error.isNoResponders()) {
    return new RequestError('no-responders', subject, error);
  }
  return new RequestError('refused', subject, error);
}
