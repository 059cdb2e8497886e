import type { LoggerService } from '@nestjs/common';
import { subjectOf } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { OncePerKey } from '@spillway/runtime';
import { buildHeartbeat, type Identity } from './build-heartbeat.js';
import { shouldPublishNow } from './marked-change.js';
import type { Observation } from './observation.js';

export interface HeartbeatsOptions {
  readonly identity: Identity;
  /** Of the secret that is in force now. */
  readonly secretEpoch: () => number;
  readonly bus: Pick<Bus, 'link' | 'onLink' | 'publish'>;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
  /** What is known right now. */
  readonly observe: () => Observation;
  /** Called for every heartbeat that went out. */
  readonly onPublished: () => void;
}

/** Publishes what is known of the node: every interval, and at once when it changed markedly. */
export class Heartbeats {
  private readonly subject: string;
  private readonly refusals: OncePerKey;
  private last: Observation | undefined;
  private seq = 0;
  private dueAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private isStarted = false;
  private forgetLink: () => void = () => undefined;

  constructor(private readonly options: HeartbeatsOptions) {
    const { region, nodeId } = options.identity;
    this.subject = subjectOf.heartbeat(region, nodeId);
    this.refusals = new OncePerKey(options.logger, 'Values no heartbeat may carry');
  }

  start(): void {
    const { bus } = this.options;
    this.isStarted = true;
    this.forgetLink = bus.onLink((link) => {
      // Nothing was heard of the node while the link was down.
      if (link === 'up') this.publishNow();
    });
    this.publishNow();
  }

  /** Looks whether what is known now must go out at once. */
  notice(): void {
    const { identity, observe } = this.options;
    if (this.last && shouldPublishNow(this.last, observe(), identity.capacity)) this.publishNow();
  }

  /** The last heartbeat; `observe` knows by now that it is. The bus still has to be flushed. */
  stop(): void {
    if (!this.isStarted) return;
    this.forgetLink();
    this.publish();
    clearTimeout(this.timer);
    this.last = undefined;
  }

  private publishNow(): void {
    this.publish();
    this.schedule(performance.now() + this.options.identity.intervalMs);
  }

  private schedule(dueAt: number): void {
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => {
      this.publish();
      this.schedule(nextDue(this.dueAt, performance.now(), this.options.identity.intervalMs));
    }, dueAt - performance.now());
  }

  private publish(): void {
    const { identity, secretEpoch, bus, observe, onPublished } = this.options;
    this.last = observe();
    const node = { ...identity, secretEpoch: secretEpoch() };
    const { heartbeat, refused } = buildHeartbeat(node, this.last, { at: new Date(), seq: this.seq++ });
    for (const value of refused) {
      const part = value.slice(0, value.indexOf(' '));
      this.refusals.warn(part, `Not published, out of range: ${value}. It counts as unknown.`);
    }
    bus.publish(this.subject, heartbeat);
    if (bus.link === 'up') onPublished();
  }
}

/** The next moment on the same beat; beats that were missed while the process stood still are not made up for. */
export function nextDue(dueAt: number, now: number, intervalMs: number): number {
  const missed = Math.max(0, Math.floor((now - dueAt) / intervalMs));
  return dueAt + (missed + 1) * intervalMs;
}
