import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { ISSUED_SUBJECTS, ISSUED_WINDOW_SECONDS } from '@spillway/contracts';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Bus, BusMessage, Following, LogGap, OutgoingMessage, RejectedMessage } from '../bus.js';
import { matchesSubject } from '../subject-filter.js';
import { OrderedCalls } from './ordered-calls.js';

/** `@EventPattern(LOG_STATUS)`: what following the log tells besides its entries, in order with them. */
export const LOG_STATUS = 'log.status';

export type LogStatus = { readonly filter: string } & (
  | { readonly kind: 'caught-up'; readonly position: number }
  | ({ readonly kind: 'gap' } & LogGap)
  /** The only one that may overtake entries. */
  | ({ readonly kind: 'rejected' } & RejectedMessage)
);

/** `@Ctx()` of a `@MessagePattern` handler. */
export class RequestContext {
  constructor(
    readonly subject: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}

export interface LogTransportOptions {
  readonly bus: Bus;
  /** Queue group of those who answer the same requests. */
  readonly queue: string;
  /** Seconds of `issued` batches that a filter which lets them through begins with. */
  readonly issuedWindowSeconds?: number;
}

interface Running {
  stop(): Promise<void>;
}

/**
 * Nest on the bus: `@EventPattern(filter)` follows the log with that filter, one `LogEntry` at a time and in order;
 * `@MessagePattern(subject)` answers requests with an `OutgoingMessage`, given the parsed JSON, or the text itself where
 * it is none. Closing it ends both and leaves the bus open: whoever opened it still has something to flush.
 */
export class LogTransport extends Server implements CustomTransportStrategy {
  override transportId = Symbol('spillway-log');
  private running: Promise<Running>[] = [];
  private isClosed = false;

  constructor(private readonly options: LogTransportOptions) {
    super();
  }

  /** Does not wait for NATS: it may come later. */
  listen(callback: (error?: unknown) => void): void {
    for (const [pattern, handler] of this.messageHandlers) {
      if (pattern === LOG_STATUS) continue;
      this.running.push(
        handler.isEventHandler ? this.follow(pattern, handler) : this.respond(pattern, handler),
      );
    }
    callback();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const running = await Promise.all(this.running.splice(0));
    await Promise.all(running.map((each) => each.stop()));
  }

  override on(): never {
    throw new Error('LogTransport has no events of its own: use @EventPattern(LOG_STATUS)');
  }

  override unwrap(): never {
    throw new Error('LogTransport is no server of its own: inject BUS');
  }

  private follow(filter: string, handler: MessageHandler): Promise<Following> {
    const { bus, issuedWindowSeconds = ISSUED_WINDOW_SECONDS } = this.options;
    const status = this.messageHandlers.get(LOG_STATUS);
    const calls = new OrderedCalls();
    const tell = (payload: LogStatus) => {
      if (status) this.call(status, payload);
    };
    return bus.follow(
      {
        onEntry: (entry) => calls.call(() => this.call(handler, entry)),
        onRejected: (message) => tell({ kind: 'rejected', filter, ...message }),
        onCaughtUp: (position) => calls.alone(() => tell({ kind: 'caught-up', filter, position })),
        onGap: (gap) => calls.alone(() => tell({ kind: 'gap', filter, ...gap })),
      },
      { filter, issuedWindowSeconds: matchesSubject(filter, ISSUED_SUBJECTS) ? issuedWindowSeconds : 0 },
    );
  }

  private call(handler: MessageHandler, payload: unknown): void {
    if (!this.isClosed) void handler(payload).then(runThrough);
  }

  private respond(subject: string, handler: MessageHandler): Promise<Running> {
    return this.options.bus.respond(subject, this.options.queue, async (request) => {
      const context = new RequestContext(subject, request.headers);
      const result: unknown = await handler(readPayload(request), context);
      return (isObservable(result) ? await lastValueFrom(result) : result) as OutgoingMessage;
    });
  }
}

/** With interceptors a handler runs only once somebody subscribes; its failures have been logged by Nest. */
function runThrough(result: unknown): void {
  if (isObservable(result)) result.subscribe({ error: () => undefined });
}

/** JSON where it is; otherwise the text itself, which the handler's schema then refuses in its own words. */
function readPayload({ data }: BusMessage): unknown {
  const text = new TextDecoder().decode(data);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
