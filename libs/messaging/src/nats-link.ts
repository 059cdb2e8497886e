import { setMaxListeners } from 'node:events';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, createInbox, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import pRetry from 'p-retry';
import type { LinkState } from './bus.js';
import {
  RECONNECT_MS,
  silent,
  toConnectionOptions,
  type BusLogger,
  type NatsOptions,
} from './nats-options.js';
import { ServerPool } from './server-pool.js';

/** A connection and what JetStream offers over it. It stays the same through reconnects. */
export interface NatsSession {
  readonly connection: NatsConnection;
  readonly streams: JetStreamClient;
  readonly manager: JetStreamManager;
  /** A new subject for answers, where this process may listen for them. */
  readonly newInbox: () => string;
  readonly pool: ServerPool;
}

const API_TIMEOUT_MS = 3_000;

/** The one connection of a process: made in the background, kept for ever, watched. */
export class NatsLink {
  readonly logger: BusLogger;
  /** Aborted once the bus closes. */
  readonly closing: AbortSignal;
  private current: LinkState = 'down';
  private session: NatsSession | undefined;
  private readonly listeners = new Set<(link: LinkState) => void>();
  private readonly abort = new AbortController();

  constructor(options: NatsOptions) {
    this.logger = options.logger ?? silent;
    this.closing = this.abort.signal;
    setMaxListeners(0, this.closing);
    void this.connect(toConnectionOptions(options));
  }

  get state(): LinkState {
    return this.current;
  }

  /** The session, only while the link is up. */
  get upSession(): NatsSession | undefined {
    return this.current === 'up' ? this.session : undefined;
  }

  onChange(listener: (link: LinkState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits until the link is up. Rejects with the signal's reason once it aborts. */
  async up(signal: AbortSignal): Promise<NatsSession> {
    signal.throwIfAborted();
    if (this.upSession) return this.upSession;
    return new Promise((resolve, reject) => {
      const settle = () => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (this.upSession) resolve(this.upSession);
        else return;
        off();
        signal.removeEventListener('abort', settle);
      };
      const off = this.onChange(settle);
      signal.addEventListener('abort', settle);
    });
  }

  /** The work's outcome, unless the link goes down or the signal aborts before that. */
  async whileUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () =>
        reject(signal.aborted ? (signal.reason as Error) : new Error('the link went down'));
      if (signal.aborted || !this.upSession) giveUp();
      const off = this.onChange(giveUp);
      signal.addEventListener('abort', giveUp);
      void work.then(resolve, reject).finally(() => {
        off();
        signal.removeEventListener('abort', giveUp);
      });
    });
  }

  /** No more waiting for the link, no more first attempts. */
  stopWaiting(): void {
    this.abort.abort(new Error('the bus is closed'));
  }

  /** Sends what is waiting and closes; whatever still hangs after `limitMs` is cut. */
  async close(limitMs: number): Promise<void> {
    this.stopWaiting();
    const connection = this.session?.connection;
    if (!connection || connection.isClosed()) return;
    const wasUp = this.current === 'up';
    this.change('down');
    // Drained by the server's word, which does not come from one that is away.
    const drained = wasUp ? connection.drain().catch(() => connection.close()) : connection.close();
    const cut = setTimeout(() => void connection.close(), limitMs);
    await Promise.race([drained, connection.closed()]);
    clearTimeout(cut);
  }

  private async connect(options: ConnectionOptions): Promise<void> {
    const backOff = new BackOff();
    const attempt = async () => {
      const connection = await connect({ ...options, reconnectDelayHandler: () => backOff.waitMs }).catch(
        (error: unknown) => {
          // Whatever it is, it is tried again: p-retry gives up what is no error, or one of types.
          throw new Error(messageOf(error), { cause: error });
        },
      );
      if (this.closing.aborted) await connection.close();
      return connection;
    };
    const connection = await pRetry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: RECONNECT_MS.first,
      maxTimeout: RECONNECT_MS.last,
      randomize: true,
      signal: this.closing,
      onFailedAttempt: ({ error, attemptNumber }) => {
        if (attemptNumber === 1) this.logger.warn(`NATS is away, trying on: ${error.message}`);
      },
    }).catch((error: unknown) => {
      if (!this.closing.aborted) this.logger.error(`NATS is given up: ${String(error)}`);
    });
    if (!connection) return;
    this.session = {
      connection,
      streams: jetstream(connection, { timeout: API_TIMEOUT_MS }),
      manager: await jetstreamManager(connection, { timeout: API_TIMEOUT_MS, checkAPI: false }),
      newInbox: () => createInbox(options.inboxPrefix),
      pool: new ServerPool(connection, [options.servers ?? []].flat()),
    };
    void this.watch(this.session, backOff);
  }

  private async watch({ connection, pool }: NatsSession, backOff: BackOff): Promise<void> {
    const status = connection.status();
    this.change('up');
    for await (const change of status) {
      if (change.type === 'disconnect' || change.type === 'close') this.change('down');
      if (change.type === 'error') this.logger.warn(`NATS says: ${change.error.message}`);
      if (change.type === 'reconnect') {
        backOff.reset();
        this.change('up');
      }
      if (change.type === 'reconnecting') {
        backOff.grow();
        pool.tried();
      }
    }
    this.change('down');
  }

  private change(to: LinkState): void {
    if (this.current === to) return;
    this.current = to;
    this.logger.log(`The link to NATS is ${to}`);
    for (const listener of this.listeners) {
      try {
        listener(to);
      } catch (error) {
        this.logger.error(`A listener of the link failed: ${String(error)}`);
      }
    }
  }
}

const messageOf = (error: unknown) =>
  String(typeof error === 'object' && error !== null && 'message' in error ? error.message : error);

/** Doubles with every attempt, with up to half as much again as jitter, so that a fleet does not return at once. */
class BackOff {
  private stepMs: number = RECONNECT_MS.first;
  private jitter = Math.random() / 2;

  get waitMs(): number {
    return this.stepMs * (1 + this.jitter);
  }

  grow(): void {
    this.stepMs = Math.min(this.stepMs * 2, RECONNECT_MS.last);
    this.jitter = Math.random() / 2;
  }

  reset(): void {
    this.stepMs = RECONNECT_MS.first;
  }
}
