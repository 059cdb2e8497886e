import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, type ConsumerConfig, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos, TimeoutError } from '@nats-io/transport-node';
import { LOG_STREAM } from '@spillway/contracts';
import pRetry from 'p-retry';
import { readDelivery } from './delivery-subject.js';
import type { StoredMessage } from './delivery.js';
import type { NatsSession } from './nats-link.js';

/** The server says "nothing new" this often; two missed and the reader is lost. */
const IDLE_HEARTBEAT_MS = 1_000;

/** The server forgets a reader nobody listens to after this time. */
const INACTIVE_MS = 10_000;

/**
 * Milliseconds the server has to create a reader, attempt by attempt. One server of the cluster keeps it, chosen by
 * chance, and one that was killed is chosen for minutes on: nobody answers then, and the next attempt may find another
 * server (nats-server 2.9.10).
 */
const CREATE_MS = [1_000, 1_000, 1_000, 2_000];

/** Where a reader begins and which subjects it reads. One filter: several need nats-server 2.10. */
export type ReaderConfig = Pick<ConsumerConfig, 'deliver_policy' | 'filter_subject'> &
  Partial<Pick<ConsumerConfig, 'opt_start_seq' | 'opt_start_time'>>;

export interface ReaderListener {
  /** `pending` more are waiting behind it. */
  onMessage(message: StoredMessage, pending: number): void;
  /** The server has nothing more; it looked as far as `position`. */
  onIdle(position: number): void;
}

/**
 * One ephemeral, unacknowledged, ordered push consumer on the log. It never repairs itself: at the first irregularity
 * (heartbeats missed, a message lost on the way) it ends, and its owner opens another.
 */
export class LogReader {
  /** Resolves with the reason once nothing more will come. */
  readonly lost: Promise<Error>;
  private resolveLost: (reason: Error) => void = () => {};
  private isLost = false;
  private received = 0;

  private constructor(public listener: ReaderListener) {
    this.lost = new Promise((resolve) => (this.resolveLost = resolve));
  }

  static open(
    session: NatsSession,
    config: ReaderConfig,
    listener: ReaderListener,
    over: AbortSignal,
  ): Promise<LogReader> {
    const attempt = async (number: number) => {
      over.throwIfAborted();
      const reader = new LogReader(listener);
      over.addEventListener('abort', () => reader.end('nobody reads on'), { once: true });
      await reader.create(session, config, CREATE_MS[number - 1] ?? 0);
      return reader;
    };
    const shouldRetry = ({ error }: { error: Error }) => error instanceof TimeoutError;
    return pRetry(attempt, { retries: CREATE_MS.length - 1, minTimeout: 0, signal: over, shouldRetry });
  }

  private async create({ streams, manager, newInbox }: NatsSession, config: ReaderConfig, limitMs: number) {
    const delivery = { deliver_subject: newInbox(), idle_heartbeat: nanos(IDLE_HEARTBEAT_MS) };
    // Listening comes before the consumer exists, so that its first message finds somebody.
    const consumer = await streams.consumers.getBoundPushConsumer(delivery);
    const messages = await consumer.consume({ callback: (message) => this.take(message) });
    void this.watch(messages);
    try {
      const adding = manager.consumers.add(LOG_STREAM, {
        ...config,
        ...delivery,
        flow_control: true,
        ack_policy: AckPolicy.None,
        max_deliver: 1,
        inactive_threshold: nanos(INACTIVE_MS),
        num_replicas: 1,
        mem_storage: true,
      });
      const late = delay(limitMs, undefined, { ref: false }).then(() => Promise.reject(new TimeoutError()));
      await Promise.race([adding, late]);
    } catch (error) {
      this.end('it could not be created');
      throw error;
    }
  }

  /** Nothing is handed on after this. */
  end(reason: string): void {
    this.isLost = true;
    this.resolveLost(new Error(`the reader was lost: ${reason}`));
  }

  private take(message: JsMsg): void {
    if (this.isLost) return;
    // What the client's `info` and `timestampNanos` tell takes five times as long.
    const { position, at, delivery, pending } = readDelivery(replyOf(message));
    if (delivery !== this.received + 1) return this.end('a message was lost on the way');
    this.received = delivery;
    const { subject, data } = message;
    this.listener.onMessage({ position, at, subject, data }, pending);
  }

  private async watch(messages: ConsumerMessages): Promise<void> {
    void this.lost.then(() => messages.close());
    void messages.closed().then(() => this.end('its subscription ended'));
    for await (const status of messages.status()) {
      if (this.isLost) return;
      if (status.type === 'heartbeats_missed') this.end('the server went silent');
      if (status.type === 'consumer_deleted') this.end('the server dropped it');
      if (status.type !== 'heartbeat') continue;
      if (status.lastConsumerSequence > this.received) this.end('a message was lost on the way');
      else this.listener.onIdle(status.lastStreamSequence);
    }
  }
}

/** The subject that tells of its delivery; the client's messages have it (`@nats-io/jetstream` 3.4), its types do not. */
function replyOf(message: JsMsg): string {
  return 'reply' in message && typeof message.reply === 'string' ? message.reply : '';
}
