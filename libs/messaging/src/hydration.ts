import { DeliverPolicy, type StreamInfo } from '@nats-io/jetstream';
import { ISSUED_SUBJECTS, LOG_STREAM } from '@spillway/contracts';
import type { StoredMessage } from './delivery.js';
import { LogReader, type ReaderListener } from './log-reader.js';
import type { NatsSession } from './nats-link.js';

export interface HydrationPlan {
  /** Aborts when nobody waits for it any more. */
  readonly over: AbortSignal;
  readonly filter: string;
  readonly issuedWindowSeconds: number;
  /** Gets all that was read to begin with, in order; `target` is the position the log had reached. */
  readonly onHydrated: (messages: StoredMessage[], target: number) => void;
  /** Gets everything after that. */
  readonly live: ReaderListener;
}

/**
 * Reads the last message of every subject and the window of `issued` batches, then goes on live with the same reader.
 * That reader is opened first and held back: whatever is published while the window is read reaches it, so that every
 * message is seen, and one that both readers saw is handed on once.
 */
export async function hydrate(
  session: NatsSession,
  info: StreamInfo,
  plan: HydrationPlan,
): Promise<LogReader> {
  const tail = new HeldBack();
  const start = { deliver_policy: DeliverPolicy.LastPerSubject, filter_subject: plan.filter };
  const reader = await LogReader.open(session, start, tail, plan.over);
  const target = (await lastMessage(session, plan.filter))?.seq ?? 0;
  const [issued] = await orLost(reader, Promise.all([readIssued(session, info, plan), tail.reach(target)]));
  plan.over.throwIfAborted();
  plan.onHydrated(inOrder([...issued, ...tail.messages]), Math.max(target, info.state.last_seq));
  reader.listener = plan.live;
  return reader;
}

/** The window ends with the log's own last time, so no clock but the log's is trusted. */
async function readIssued(
  session: NatsSession,
  info: StreamInfo,
  { issuedWindowSeconds, over }: HydrationPlan,
): Promise<StoredMessage[]> {
  if (issuedWindowSeconds <= 0) return [];
  const since = new Date(Date.parse(info.state.last_ts) - issuedWindowSeconds * 1000);
  const newest = await lastMessage(session, ISSUED_SUBJECTS);
  if (!newest || newest.time < since) return [];
  const window = new HeldBack();
  const start = {
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: since.toISOString(),
    filter_subject: ISSUED_SUBJECTS,
  };
  const reader = await LogReader.open(session, start, window, over);
  await orLost(reader, window.reach(newest.seq));
  reader.end('the window is read');
  return window.messages;
}

/** Keeps messages until all up to a position have come. */
class HeldBack implements ReaderListener {
  readonly messages: StoredMessage[] = [];
  private reached = 0;
  private target = Number.POSITIVE_INFINITY;
  private resolve: () => void = () => {};

  onMessage(message: StoredMessage): void {
    this.messages.push(message);
    this.onIdle(message.position);
  }

  onIdle(position: number): void {
    this.reached = Math.max(this.reached, position);
    if (this.reached >= this.target) this.resolve();
  }

  async reach(target: number): Promise<void> {
    this.target = target;
    if (this.reached >= target) return;
    await new Promise<void>((resolve) => (this.resolve = resolve));
  }
}

function lastMessage(session: NatsSession, filter: string) {
  return session.manager.streams.getMessage(LOG_STREAM, { last_by_subj: filter });
}

function inOrder(messages: StoredMessage[]): StoredMessage[] {
  return messages.sort((a, b) => a.position - b.position);
}

async function orLost<T>(reader: LogReader, work: Promise<T>): Promise<T> {
  const lost = reader.lost.then((reason) => {
    throw reason;
  });
  return Promise.race([work, lost]);
}
