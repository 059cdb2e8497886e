import { EventReader } from '@spillway/contracts';
import type { LogGap, LogListener, MessageReader } from './bus.js';
import type { BusLogger } from './nats-options.js';

/** A message as the log holds it. */
export interface StoredMessage {
  /** Stream sequence. */
  readonly position: number;
  /** Whole milliseconds since the epoch, when the log stored it. */
  readonly at: number;
  readonly subject: string;
  readonly data: Uint8Array;
}

/** Hands messages to one listener: parsed, in order, each position at most once. Its failures are logged, no more. */
export class Delivery {
  private last = 0;
  private lastAt = 0;
  private lastSubject = '';

  constructor(
    private readonly listener: LogListener,
    private readonly logger: BusLogger,
    private readonly reader: MessageReader = new EventReader(),
  ) {}

  /** Position of the last message delivered. */
  get position(): number {
    return this.last;
  }

  /** Whether this is the message that was delivered last. */
  isLast({ position, at, subject }: Omit<StoredMessage, 'data'>): boolean {
    return position === this.last && at === this.lastAt && subject === this.lastSubject;
  }

  deliver(message: StoredMessage): void {
    const { position, at, subject } = message;
    if (position <= this.last) return;
    this.last = position;
    this.lastAt = at;
    this.lastSubject = subject;
    const parsed = this.reader.read(subject, message.data);
    try {
      if (parsed.ok) this.listener.onEntry({ position, at, event: parsed.event });
      else this.listener.onRejected?.({ position, subject, reason: parsed.reason, detail: parsed.detail });
    } catch (error) {
      this.complain(error);
    }
  }

  /**
   * Begins anew, after a gap where there is one. A log that lost its end, as that of a killed server, is the same up to
   * there: what was delivered of it is not delivered again, which would make it look new.
   * @param isSameLog as before the gap.
   */
  beginAnew(messages: readonly StoredMessage[], gap: LogGap | undefined, isSameLog: boolean): void {
    const seenUntil = isSameLog && gap?.cause === 'new-stream' ? this.lastAt : -Infinity;
    if (gap) this.gap(gap);
    for (const message of messages) if (message.at > seenUntil) this.deliver(message);
  }

  gap(gap: LogGap): void {
    if (gap.cause === 'new-stream') this.last = 0;
    try {
      this.listener.onGap?.(gap);
    } catch (error) {
      this.complain(error);
    }
  }

  caughtUp(): void {
    try {
      this.listener.onCaughtUp?.(this.last);
    } catch (error) {
      this.complain(error);
    }
  }

  private complain(error: unknown): void {
    this.logger.error(`A listener failed at log position ${this.last}: ${String(error)}`);
  }
}
