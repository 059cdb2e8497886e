import { ISSUED_SUBJECTS, LOG_SUBJECTS } from '@spillway/contracts';
import type { BusMessage, OutgoingMessage } from './bus.js';
import type { StoredMessage } from './delivery.js';
import { RecordError } from './errors.js';
import { matchesSubject } from './subject-filter.js';

export interface MemoryResponder {
  readonly subject: string;
  readonly isReachable: () => boolean;
  readonly answer: (request: BusMessage) => Promise<OutgoingMessage>;
}

interface Stream {
  readonly created: string;
  messages: StoredMessage[];
  firstPosition: number;
  lastPosition: number;
  /** When the newest message was stored, ms; 0 before the first. */
  lastAt: number;
  readonly ids: Map<string, number>;
}

/** What several `MemoryBus`es share, as processes share a NATS server. Its methods are the faults of a server. */
export class MemoryLog {
  /** The stream, once provisioned. */
  stream: Stream | undefined;
  /** The state bucket, once provisioned. Values are JSON. */
  state: Map<string, { json: string; revision: number }> | undefined;
  readonly responders = new Set<MemoryResponder>();
  private readonly listeners = new Set<() => void>();
  private streamsMade = 0;
  private revision = 0;

  /** @param now milliseconds since the epoch, the time stamp of what is stored. */
  constructor(private readonly now: () => number = Date.now) {}

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  provision(): void {
    this.state ??= new Map();
    this.stream ??= {
      created: `stream ${++this.streamsMade}`,
      messages: [],
      firstPosition: 1,
      lastPosition: 0,
      lastAt: 0,
      ids: new Map(),
    };
    this.announce();
  }

  /** Removes stream and bucket with all that is in them. */
  wipe(): void {
    this.stream = undefined;
    this.state = undefined;
  }

  /** As retention does: everything up to and including `position` goes. */
  purgeUpTo(position: number): void {
    if (!this.stream) return;
    this.stream.messages = this.stream.messages.filter((message) => message.position > position);
    this.stream.firstPosition = Math.max(this.stream.firstPosition, position + 1);
  }

  /** As a server that is killed: what it stored last is gone, and its positions are given to others. */
  loseLast(count: number): void {
    const { stream } = this;
    if (!stream) return;
    const lost = stream.messages.splice(Math.max(0, stream.messages.length - count));
    stream.lastPosition -= lost.length;
  }

  /**
   * @returns the position, `undefined` when no stream captures the subject.
   * @throws {RecordError} `overtaken`.
   */
  append(subject: string, data: Uint8Array, messageId?: string, after?: number): number | undefined {
    const { stream } = this;
    if (!stream || !matchesSubject(LOG_SUBJECTS, subject)) return undefined;
    const known = messageId === undefined ? undefined : stream.ids.get(messageId);
    if (known !== undefined) return known;
    const last = stream.messages.findLast((message) => message.subject === subject)?.position ?? 0;
    if (after !== undefined && after !== last) throw new RecordError('overtaken', subject);
    const position = ++stream.lastPosition;
    stream.lastAt = Math.floor(this.now());
    stream.messages.push({ position, at: stream.lastAt, subject, data });
    if (messageId !== undefined) stream.ids.set(messageId, position);
    this.announce();
    return position;
  }

  /** Each responder in turn. */
  nextResponder(subject: string): MemoryResponder | undefined {
    for (const responder of this.responders) {
      if (responder.subject !== subject || !responder.isReachable()) continue;
      this.responders.delete(responder);
      this.responders.add(responder);
      return responder;
    }
    return undefined;
  }

  nextRevision(): number {
    return ++this.revision;
  }

  private announce(): void {
    for (const listener of this.listeners) listener();
  }
}

/** The last message of every subject and the window of `issued` batches, in order. */
export function selectHydration(
  messages: readonly StoredMessage[],
  filter: string,
  issuedWindowSeconds: number,
): StoredMessage[] {
  const lastOf = new Map(messages.map((message) => [message.subject, message.position]));
  const since = (messages.at(-1)?.at ?? 0) - issuedWindowSeconds * 1000;
  return messages.filter(
    ({ subject, position, at }) =>
      (lastOf.get(subject) === position && matchesSubject(filter, subject)) ||
      (issuedWindowSeconds > 0 && at >= since && matchesSubject(ISSUED_SUBJECTS, subject)),
  );
}
