import { setTimeout as delay } from 'node:timers/promises';
import { DeliverPolicy, type StreamInfo } from '@nats-io/jetstream';
import { LOG_STREAM, LOG_SUBJECTS } from '@spillway/contracts';
import type { FollowOptions, Following, LogGap, LogListener } from './bus.js';
import { isLed, type CutOffWatch } from './cut-off-watch.js';
import { Delivery } from './delivery.js';
import { hydrate } from './hydration.js';
import { LogReader, type ReaderListener } from './log-reader.js';
import type { NatsLink, NatsSession } from './nats-link.js';
import { planReading, type LastRead } from './reading.js';

/** Milliseconds before the log is tried again. */
const RETRY_MS = { first: 50, last: 1_000 } as const;

/** Milliseconds in which nothing came until the log is asked whether it is there, and then again. */
const QUIET_MS = { first: 4_000, next: 1_000 } as const;

/**
 * Follows the log until stopped. Whatever goes wrong, the answer is one: end the reader, look at the stream, and either
 * go on where one was or, when that is gone, begin anew with the last message of every subject.
 */
export class LogFollower implements Following {
  private readonly delivery: Delivery;
  private readonly filter: string;
  private readonly stopping = new AbortController();
  /** Resolves once it was stopped. */
  readonly ended: Promise<void>;
  /** Resolves once a reader stands, or it turns out that link or stream must be waited for. */
  readonly begun: Promise<void>;
  private markBegun: () => void = () => {};

  /** When the stream that was read was created: another one has other positions. */
  private streamCreated: string | undefined;
  /** The log is known up to here, whether or not the filter matched. */
  private frontier = 0;
  /** After a gap: from this position on the view is whole again. */
  private wholeFrom = Number.POSITIVE_INFINITY;
  private failures = 0;

  constructor(
    private readonly link: NatsLink,
    private readonly cutOff: CutOffWatch,
    listener: LogListener,
    private readonly options: FollowOptions,
  ) {
    this.delivery = new Delivery(listener, link.logger, options.reader);
    this.filter = options.filter ?? LOG_SUBJECTS;
    this.begun = new Promise((resolve) => (this.markBegun = resolve));
    this.ended = this.run(this.stopping.signal);
  }

  get position(): number {
    return this.delivery.position;
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('following was stopped'));
    await this.ended;
  }

  private async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      if (this.link.state === 'down') this.markBegun();
      try {
        await this.readUntilLost(stop);
      } catch (error) {
        this.markBegun();
        if (stop.aborted) return;
        if (this.failures === 0) this.link.logger.warn(`Reading the log broke off: ${String(error)}`);
        const waitMs = Math.min(RETRY_MS.last, RETRY_MS.first * 2 ** this.failures++);
        await delay(waitMs, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }

  private async readUntilLost(stop: AbortSignal): Promise<never> {
    const session = await this.link.up(stop);
    const over = new AbortController();
    try {
      const reader = await this.link.whileUp(this.openOrDoubt(session, over.signal), stop);
      this.markBegun();
      this.failures = 0;
      void this.askWhileQuiet(session, over.signal);
      throw await this.link.whileUp(reader.lost, stop);
    } finally {
      over.abort(new Error('it is over'));
    }
  }

  private async openOrDoubt(session: NatsSession, over: AbortSignal): Promise<LogReader> {
    const since = performance.now();
    try {
      return await this.open(session, over);
    } catch (error) {
      this.cutOff.failed(error, since);
      throw error;
    }
  }

  /** A server that is cut off may serve a reader on with what it has: nothing new, and it looks like a silent log. */
  private async askWhileQuiet({ manager }: NatsSession, over: AbortSignal): Promise<void> {
    let waitMs: number = QUIET_MS.first;
    for (;;) {
      const { frontier } = this;
      await delay(waitMs, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      const since = performance.now();
      try {
        if (this.frontier === frontier && !isLed(await manager.streams.info(LOG_STREAM)))
          throw new Error('the log has no leader with a majority');
        waitMs = QUIET_MS.first;
        this.cutOff.answered();
      } catch (error) {
        waitMs = QUIET_MS.next;
        if (!over.aborted) this.cutOff.failed(error, since);
      }
    }
  }

  /** @param over aborts when nobody waits for the reader any more. */
  private async open(session: NatsSession, over: AbortSignal): Promise<LogReader> {
    const info = await session.manager.streams.info(LOG_STREAM);
    over.throwIfAborted();
    // It is there, whatever becomes of the reader.
    if (isLed(info)) this.cutOff.answered();
    const { first_seq: firstPosition, last_seq: lastPosition } = info.state;
    const lastRead = await this.lookForLastRead(session);
    over.throwIfAborted();
    const present = { created: info.created, firstPosition, lastPosition, lastRead };
    const plan = planReading({ created: this.streamCreated, frontier: this.frontier }, present);
    if (plan.how === 'hydrate') return this.hydrate(session, info, over, plan.gap);
    this.streamCreated = info.created;
    const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: this.frontier + 1 };
    return LogReader.open(session, { ...start, filter_subject: this.filter }, this.live, over);
  }

  private async lookForLastRead({ manager }: NatsSession): Promise<LastRead | undefined> {
    const { position } = this.delivery;
    if (position === 0) return undefined;
    const found = await manager.streams.getMessage(LOG_STREAM, { seq: position });
    if (!found) return undefined;
    const { seq, time, subject } = found;
    return this.delivery.isLast({ position: seq, at: time.getTime(), subject }) ? 'same' : 'other';
  }

  private hydrate(
    session: NatsSession,
    info: StreamInfo,
    over: AbortSignal,
    gap?: LogGap,
  ): Promise<LogReader> {
    return hydrate(session, info, {
      over,
      filter: this.filter,
      issuedWindowSeconds: this.options.issuedWindowSeconds ?? 0,
      onHydrated: (messages, target) => {
        this.delivery.beginAnew(messages, gap, info.created === this.streamCreated);
        this.streamCreated = info.created;
        this.frontier = Math.max(target, this.position);
        this.caughtUp();
      },
      live: this.live,
    });
  }

  private readonly live: ReaderListener = {
    onMessage: (message, pending) => {
      const expected = this.frontier + 1;
      if (this.filter === LOG_SUBJECTS && message.position > expected) {
        this.delivery.gap({ from: expected, to: message.position - 1, cause: 'retention' });
        this.wholeFrom = message.position + pending;
      }
      this.frontier = Math.max(this.frontier, message.position);
      this.delivery.deliver(message);
      if (message.position >= this.wholeFrom) this.caughtUp();
    },
    onIdle: (position) => {
      this.frontier = Math.max(this.frontier, position);
      if (position >= this.wholeFrom) this.caughtUp();
    },
  };

  private caughtUp(): void {
    this.wholeFrom = Number.POSITIVE_INFINITY;
    this.delivery.caughtUp();
  }
}
