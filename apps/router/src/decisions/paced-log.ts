import { setTimeout as delay } from 'node:timers/promises';
import { parseEvent, type LogEntry } from '@spillway/contracts';
import type { SearchedLog } from '@spillway/explain';
import type { Bus, LogBatch, LogReading, MessageBatch } from '@spillway/messaging';

/** Messages that are parsed and looked at without a look at who else waits. */
const SLICE = 50;
/** Milliseconds of work after which the reader rests. */
const WORK_MS = 2;

/**
 * The log, read beside the serving of clients: in slices of about a millisecond, and resting for as long as it worked,
 * so that it takes half of what the router does not need at most, and a request waits for a slice.
 */
export function pacedLog(bus: Pick<Bus, 'readLog'>): SearchedLog {
  return {
    isFile: false,
    open: async (window, signal) => {
      const reading = await bus.readLog(window, signal);
      return new PacedReading(reading.info, () => reading.messages(), signal);
    },
  };
}

class PacedReading implements LogReading {
  constructor(
    readonly info: LogReading['info'],
    private readonly messages: () => AsyncIterable<MessageBatch>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async *batches(): AsyncGenerator<LogBatch> {
    let begunAt = performance.now();
    for await (const batch of this.messages()) {
      begunAt = performance.now();
      for (const slice of slices(batch)) {
        yield slice;
        const workedMs = performance.now() - begunAt;
        if (workedMs < WORK_MS) continue;
        await delay(workedMs, undefined, this.signal && { signal: this.signal });
        begunAt = performance.now();
      }
    }
  }
}

/** Parsed when it is taken. */
function* slices({ gap, messages, position }: MessageBatch): Generator<LogBatch> {
  if (messages.length === 0) yield { gap, entries: [], rejected: [], position };
  for (let from = 0; from < messages.length; from += SLICE) {
    const slice = messages.slice(from, from + SLICE);
    const entries: LogEntry[] = [];
    for (const { position: at, at: ms, subject, data } of slice) {
      const parsed = parseEvent(subject, data);
      if (parsed.ok) entries.push({ position: at, at: ms, event: parsed.event });
    }
    const end = from + SLICE < messages.length ? (slice.at(-1)?.position ?? position) : position;
    yield { gap: from === 0 ? gap : null, entries, rejected: [], position: end };
  }
}
