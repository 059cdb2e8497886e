import { EventReader, type LogEntry } from '@spillway/contracts';
import type { RejectedMessage } from './bus.js';
import type { LogBatch, MessageBatch } from './log-reading.js';

/** Parses the messages of a window, batch by batch. */
export async function* parseBatches(batches: AsyncIterable<MessageBatch>): AsyncGenerator<LogBatch> {
  const reader = new EventReader();
  for await (const batch of batches) yield parseBatch(batch, reader);
}

function parseBatch({ gap, messages, position: end }: MessageBatch, reader: EventReader): LogBatch {
  const entries: LogEntry[] = [];
  const rejected: RejectedMessage[] = [];
  for (const { position, at, subject, data } of messages) {
    const parsed = reader.read(subject, data);
    if (parsed.ok) entries.push({ position, at, event: parsed.event });
    else rejected.push({ position, subject, reason: parsed.reason, detail: parsed.detail });
  }
  return { gap, entries, rejected, position: end };
}
