import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { ISSUED_SUBJECTS, ISSUED_WINDOW_SECONDS } from '@spillway/contracts';
import { isObservable } from 'rxjs';
import type { Bus, Following, LogGap, MessageReader, RejectedMessage } from '../bus.js';
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

/**
 * Nest on the bus: `@EventPattern(filter)` follows the log with that filter, one `LogEntry` at a time and in order.
 * Closing it ends that and leaves the bus open: whoever opened it still has something to flush. Requests are answered
 * beside it, by `Bus.respond`.
 */
export class LogTransport extends Server implements CustomTransportStrategy {
  override transportId = Symbol('spillway-log');
  private followings: Promise<Following>[] = [];
  private isClosed = false;

  /** @param reader an `EventReader` for each filter unless told. */
  constructor(
    private readonly bus: Bus,
    private readonly reader?: MessageReader,
  ) {
    super();
  }

  /** Does not wait for NATS: it may come later. */
  listen(callback: (error?: unknown) => void): void {
    for (const [pattern, handler] of this.messageHandlers) {
      if (pattern === LOG_STATUS) continue;
      if (!handler.isEventHandler) return callback(new Error(`answer ${pattern} by Bus.respond`));
      this.followings.push(this.follow(pattern, handler));
    }
    callback();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const followings = await Promise.all(this.followings.splice(0));
    await Promise.all(followings.map((each) => each.stop()));
  }

  override on(): never {
    throw new Error('LogTransport has no events of its own: use @EventPattern(LOG_STATUS)');
  }

  override unwrap(): never {
    throw new Error('LogTransport is no server of its own: inject BUS');
  }

  private follow(filter: string, handler: MessageHandler): Promise<Following> {
    const status = this.messageHandlers.get(LOG_STATUS);
    const calls = new OrderedCalls();
    const tell = (payload: LogStatus) => {
      if (status) this.call(status, payload);
    };
    return this.bus.follow(
      {
        onEntry: (entry) => calls.call(() => this.call(handler, entry)),
        onRejected: (message) => tell({ kind: 'rejected', filter, ...message }),
        onCaughtUp: (position) => calls.alone(() => tell({ kind: 'caught-up', filter, position })),
        onGap: (gap) => calls.alone(() => tell({ kind: 'gap', filter, ...gap })),
      },
      {
        filter,
        issuedWindowSeconds: matchesSubject(filter, ISSUED_SUBJECTS) ? ISSUED_WINDOW_SECONDS : 0,
        ...(this.reader && { reader: this.reader }),
      },
    );
  }

  private call(handler: MessageHandler, payload: unknown): void {
    if (!this.isClosed) void handler(payload).then(runThrough);
  }
}

/** With interceptors a handler runs only once somebody subscribes; its failures have been logged by Nest. */
function runThrough(result: unknown): void {
  if (isObservable(result)) result.subscribe({ error: () => undefined });
}
