import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Bus, BusMessage, Following, LogGap, OutgoingMessage, RejectedMessage } from '../bus.js';

/** Injection token of the process's one `Bus`. */
export const BUS = Symbol('bus');

/** `@EventPattern(LOG_STATUS)`: what following the log tells besides its entries, in order with them. */
export const LOG_STATUS = 'log.status';

export type LogStatus =
  | { readonly kind: 'caught-up'; readonly position: number }
  | ({ readonly kind: 'gap' } & LogGap)
  | ({ readonly kind: 'rejected' } & RejectedMessage);

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
  /** Seconds of `issued` batches to begin with; see `FollowOptions`. */
  readonly issuedWindowSeconds?: number;
}

/**
 * Nest on the bus: `@EventPattern(filter)` follows the log with that filter, one `LogEntry` at a time and in
 * order; `@MessagePattern(subject)` answers requests with an `OutgoingMessage`. Closing it ends both and leaves
 * the bus open: whoever opened it still has something to flush.
 */
export class LogTransport extends Server implements CustomTransportStrategy {
  override transportId = Symbol('spillway-log');
  private readonly running: { stop(): Promise<void> }[] = [];

  constructor(private readonly options: LogTransportOptions) {
    super();
  }

  /** Does not wait for NATS: it may come later. */
  listen(callback: (error?: unknown) => void): void {
    const starting: Promise<{ stop(): Promise<void> }>[] = [];
    for (const [pattern, handler] of this.messageHandlers) {
      if (pattern === LOG_STATUS) continue;
      starting.push(handler.isEventHandler ? this.follow(pattern, handler) : this.respond(pattern, handler));
    }
    for (const start of starting) {
      start.then(
        (running) => this.running.push(running),
        (error: unknown) => this.logger.error(String(error)),
      );
    }
    callback();
  }

  async close(): Promise<void> {
    await Promise.all(this.running.splice(0).map((running) => running.stop()));
  }

  override on(): void {
    throw new Error('LogTransport has no events of its own: use @EventPattern(LOG_STATUS)');
  }

  override unwrap(): never {
    throw new Error('LogTransport is no server of its own: inject BUS');
  }

  private follow(filter: string, handler: MessageHandler): Promise<Following> {
    const { bus, issuedWindowSeconds } = this.options;
    const status = this.messageHandlers.get(LOG_STATUS);
    const tell = (payload: LogStatus) => void status?.(payload);
    return bus.follow(
      {
        onEntry: (entry) => void handler(entry),
        onRejected: (message) => tell({ kind: 'rejected', ...message }),
        onCaughtUp: (position) => tell({ kind: 'caught-up', position }),
        onGap: (gap) => tell({ kind: 'gap', ...gap }),
      },
      { filter, ...(issuedWindowSeconds !== undefined && { issuedWindowSeconds }) },
    );
  }

  private respond(subject: string, handler: MessageHandler): Promise<{ stop(): Promise<void> }> {
    return this.options.bus.respond(subject, this.options.queue, async (request) => {
      const context = new RequestContext(subject, request.headers);
      const result: unknown = await handler(readPayload(request), context);
      return (isObservable(result) ? await lastValueFrom(result) : result) as OutgoingMessage;
    });
  }
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
