import { setTimeout as delay } from 'node:timers/promises';
import type { Subscription } from '@nats-io/transport-node';
import { LOG_STREAM } from '@spillway/contracts';
import type { Following, LogListener } from './bus.js';
import type { CutOffWatch } from './cut-off-watch.js';
import { Delivery } from './delivery.js';
import type { NatsLink, NatsSession } from './nats-link.js';

/** Milliseconds until what was heard is asked of the log, for the log hears it at the same time, and then again. */
const HEARD_MS = [5, 20, 50, 100, 200, 500, 1_000] as const;

/** Milliseconds after which all is asked for although nothing was heard: what is heard may be lost on the way. */
const LOOK_MS = 10_000;

/** Milliseconds before the log is tried again. */
const RETRY_MS = { first: 50, last: 1_000 } as const;

/** One subject and what is known of its last message. */
interface Watched {
  readonly subject: string;
  readonly delivery: Delivery;
  /** When the log stored it, ms; 0 while there is none. */
  at: number;
  isHeard: boolean;
}

/**
 * Follows the last message of each of a few subjects without a consumer on the log: it hears when something is said and
 * asks the log for it. So its owner needs no right to make JetStream send anything anywhere.
 */
export class LastFollower implements Following {
  private readonly watched: readonly Watched[];
  private readonly stopping = new AbortController();
  private readonly subscriptions: Subscription[] = [];
  /** Resolves once it was stopped. */
  readonly ended: Promise<void>;
  /** Resolves once all was read, or it turns out that link or stream must be waited for. */
  readonly begun: Promise<void>;
  private markBegun: () => void = () => {};
  private wake: () => void = () => {};
  private isCaughtUp = false;
  private failures = 0;

  constructor(
    private readonly link: NatsLink,
    private readonly cutOff: CutOffWatch,
    listener: LogListener,
    subjects: readonly string[],
  ) {
    // One each: of two subjects the later message may be read first.
    this.watched = subjects.map((subject) => ({
      subject,
      delivery: new Delivery(listener, link.logger),
      at: 0,
      isHeard: false,
    }));
    this.begun = new Promise((resolve) => (this.markBegun = resolve));
    this.ended = this.run(this.stopping.signal);
  }

  get position(): number {
    return Math.max(0, ...this.watched.map(({ delivery }) => delivery.position));
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('following was stopped'));
    this.wake();
    await this.ended;
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      if (this.link.state === 'down') this.markBegun();
      try {
        await this.readOn(await this.link.up(stop), stop);
      } catch (error) {
        this.markBegun();
        if (stop.aborted) return;
        if (this.failures === 0) this.link.logger.warn(`Reading the log broke off: ${String(error)}`);
        const waitMs = Math.min(RETRY_MS.last, RETRY_MS.first * 2 ** this.failures++);
        await delay(waitMs, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }

  /** Ends with an error, when something came in between. */
  private async readOn(session: NatsSession, stop: AbortSignal): Promise<void> {
    this.listen(session);
    for (;;) {
      for (const each of this.watched) await this.link.whileUp(this.read(session, each), stop);
      this.failures = 0;
      if (!this.isCaughtUp) this.catchUp();
      const lookAt = performance.now() + LOOK_MS;
      while (performance.now() < lookAt) {
        await this.link.whileUp(this.heard(lookAt), stop);
        for (const each of this.watched.filter(({ isHeard }) => isHeard)) {
          await this.link.whileUp(this.readHeard(session, each, stop), stop);
        }
      }
    }
  }

  /** The client subscribes again by itself when the link is back. */
  private listen({ connection }: NatsSession): void {
    if (this.subscriptions.length > 0) return;
    for (const each of this.watched) {
      const callback = () => {
        each.isHeard = true;
        this.wake();
      };
      this.subscriptions.push(connection.subscribe(each.subject, { callback }));
    }
  }

  private async readHeard(session: NatsSession, each: Watched, stop: AbortSignal): Promise<void> {
    each.isHeard = false;
    for (const waitMs of HEARD_MS) {
      await delay(waitMs, undefined, { signal: stop });
      if (await this.read(session, each)) return;
    }
  }

  /** @returns whether there was something new. */
  private async read(session: NatsSession, watched: Watched): Promise<boolean> {
    const { subject, delivery } = watched;
    const message = await this.ask(session, subject);
    const at = message?.time.getTime();
    if (!message || at === undefined) return false;
    if (message.seq === delivery.position && at === watched.at) return false;
    // Positions only grow on one and the same log.
    if (message.seq <= delivery.position) this.startAnew(delivery);
    watched.at = at;
    delivery.deliver({ position: message.seq, at, subject, data: message.data });
    return true;
  }

  private async ask({ manager }: NatsSession, subject: string) {
    const since = performance.now();
    try {
      const message = await manager.streams.getMessage(LOG_STREAM, { last_by_subj: subject });
      this.cutOff.answered();
      return message;
    } catch (error) {
      this.cutOff.failed(error, since);
      throw error;
    }
  }

  private startAnew(delivery: Delivery): void {
    delivery.gap({ from: delivery.position + 1, to: null, cause: 'new-stream' });
    this.isCaughtUp = false;
  }

  private catchUp(): void {
    this.isCaughtUp = true;
    this.watched.at(-1)?.delivery.caughtUp();
    this.markBegun();
  }

  /** Resolves when something was said, or at `lookAt`. */
  private async heard(lookAt: number): Promise<void> {
    if (this.watched.some(({ isHeard }) => isHeard)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, lookAt - performance.now()));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
