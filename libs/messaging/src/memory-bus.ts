import { setTimeout as delay } from 'node:timers/promises';
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
import { LogReadError, RecordError, RequestError } from './errors.js';
import { checkWindow } from './locate-window.js';
import type { BusReading, LogWindow } from './log-reading.js';
import type { LogUsage } from './log-usage.js';
import { MemoryFollower } from './memory-follower.js';
import { MemoryLog, type MemoryResponder } from './memory-log.js';
import { openMemoryReading } from './memory-reading.js';
import { MemoryStateStore } from './memory-state.js';
import { silent, type BusLogger } from './nats-options.js';
import { encodePayload } from './payload.js';

/** The twin of `NatsBus` for specs. Buses on one `MemoryLog` see each other. */
export class MemoryBus implements Bus {
  private current: LinkState = 'up';
  private hasProvisioned = false;
  private readonly linkListeners = new Set<(link: LinkState) => void>();
  private readonly followers = new Set<MemoryFollower>();
  private readonly closing = new AbortController();
  private readonly stops: (() => Promise<void>)[] = [];
  readonly state: StateStore;

  constructor(
    readonly log: MemoryLog = new MemoryLog(),
    private readonly logger: BusLogger = silent,
  ) {
    this.state = new MemoryStateStore(log, () => this.current);
  }

  get link(): LinkState {
    return this.current;
  }

  onLink(listener: (link: LinkState) => void): () => void {
    this.linkListeners.add(listener);
    return () => this.linkListeners.delete(listener);
  }

  /** As if the server were gone for this bus. */
  dropLink(): void {
    this.changeLink('down');
  }

  restoreLink(): void {
    this.changeLink('up');
    if (this.hasProvisioned) this.log.provision();
    for (const follower of this.followers) follower.schedule();
  }

  async provision(): Promise<void> {
    await this.until(() => this.current === 'up' || undefined);
    this.hasProvisioned = true;
    this.log.provision();
  }

  publish(subject: string, payload: unknown): void {
    if (this.current === 'up') this.log.append(subject, encodePayload(payload));
  }

  async record(
    subject: string,
    payload: unknown,
    messageId: string,
    signal?: AbortSignal,
    after?: number,
  ): Promise<number> {
    const data = encodePayload(payload);
    const append = () =>
      this.current === 'up' ? this.log.append(subject, data, messageId, after) : undefined;
    try {
      return await this.until(append, signal);
    } catch (error) {
      if (error instanceof RecordError) throw error;
      throw new RecordError(signal?.aborted ? 'aborted' : 'closed', subject, error);
    }
  }

  follow(listener: LogListener, options: FollowOptions = {}): Promise<Following> {
    const follower = new MemoryFollower(this.log, () => this.current, listener, options, this.logger);
    this.followers.add(follower);
    follower.readOn();
    return Promise.resolve(follower);
  }

  /** Leaves nothing out. */
  async followLast(listener: LogListener, subjects: readonly string[]): Promise<Following> {
    const others: LogListener = {
      onEntry: (entry) => listener.onEntry(entry),
      onRejected: (message) => listener.onRejected?.(message),
      onGap: (gap) => listener.onGap?.(gap),
    };
    const following: Following[] = [];
    for (const filter of subjects) {
      const isLast = following.length === subjects.length - 1;
      following.push(await this.follow(isLast ? listener : others, { filter }));
    }
    return {
      get position() {
        return Math.max(0, ...following.map(({ position }) => position));
      },
      stop: async () => {
        for (const each of following) await each.stop();
      },
    };
  }

  async readLog(window: LogWindow, signal?: AbortSignal): Promise<BusReading> {
    checkWindow(window);
    const until = async <T>(attempt: () => T | undefined): Promise<T> => {
      try {
        return await this.until(attempt, signal);
      } catch (error) {
        throw this.closing.signal.aborted ? new LogReadError('closed', error) : error;
      }
    };
    return openMemoryReading({ log: this.log, link: () => this.current, until }, window);
  }

  /** It keeps everything. */
  logUsage(): Promise<LogUsage | undefined> {
    const { stream } = this.log;
    if (!stream || this.current === 'down') return Promise.resolve(undefined);
    const [first] = stream.messages;
    const bytes = stream.messages.reduce((sum, { data }) => sum + data.length, 0);
    const spanMs = Math.max(0, stream.lastAt - (first?.at ?? stream.lastAt));
    return Promise.resolve({ spanMs, bytes, maxAgeMs: null, maxBytes: null });
  }

  async request(subject: string, message: OutgoingMessage, timeoutMs: number): Promise<BusMessage> {
    if (this.current === 'down') throw new RequestError('link-down', subject);
    const responder = this.log.nextResponder(subject);
    if (!responder) throw new RequestError('no-responders', subject);
    const answering = responder.answer(toBusMessage(message)).then(toBusMessage, (error: unknown) => {
      throw new RequestError('responder-failed', subject, error);
    });
    const late = new AbortController();
    const timeout = delay(timeoutMs, undefined, { signal: late.signal }).then(() => {
      throw new RequestError('timeout', subject);
    });
    return Promise.race([answering, timeout]).finally(() => late.abort());
  }

  respond(subject: string, _queue: string, handler: RequestHandler): Promise<{ stop(): Promise<void> }> {
    const inFlight = new Set<Promise<unknown>>();
    const responder: MemoryResponder = {
      subject,
      isReachable: () => this.current === 'up',
      answer: (request) => {
        const answering = Promise.resolve(request)
          .then(handler)
          .finally(() => inFlight.delete(answering));
        inFlight.add(answering);
        return answering;
      },
    };
    this.log.responders.add(responder);
    const stop = async () => {
      this.log.responders.delete(responder);
      await Promise.allSettled(inFlight);
    };
    this.stops.push(stop);
    return Promise.resolve({ stop });
  }

  async close(): Promise<void> {
    await Promise.all(this.stops.map((stop) => stop()));
    this.closing.abort(new Error('the bus is closed'));
    for (const follower of this.followers) await follower.stop();
    this.changeLink('down');
  }

  /** Tries at once and after every change of the log or the link, until there is a result. */
  private async until<T>(attempt: () => T | undefined, signal?: AbortSignal): Promise<T> {
    const stop = signal ? AbortSignal.any([signal, this.closing.signal]) : this.closing.signal;
    for (;;) {
      stop.throwIfAborted();
      const result = attempt();
      if (result !== undefined) return result;
      await this.nextChange(stop);
    }
  }

  private async nextChange(stop: AbortSignal): Promise<void> {
    let detach = () => {};
    await new Promise<void>((resolve) => {
      const offLog = this.log.onChange(resolve);
      const offLink = this.onLink(() => resolve());
      const onAbort = () => resolve();
      stop.addEventListener('abort', onAbort);
      detach = () => {
        offLog();
        offLink();
        stop.removeEventListener('abort', onAbort);
      };
    });
    detach();
  }

  private changeLink(to: LinkState): void {
    if (this.current === to) return;
    this.current = to;
    for (const listener of this.linkListeners) listener(to);
  }
}

/** As the wire has it. */
function toBusMessage(message: OutgoingMessage): BusMessage {
  return { data: encodePayload(message.payload), headers: { ...message.headers } };
}
