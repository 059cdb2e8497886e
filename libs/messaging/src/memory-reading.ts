import { LOG_SUBJECTS } from '@spillway/contracts';
import type { LinkState } from './bus.js';
import type { StoredMessage } from './delivery.js';
import { LogReadError } from './errors.js';
import { locateWindow } from './locate-window.js';
import type { BusReading, LogBatch, LogWindow, LogWindowInfo, MessageBatch } from './log-reading.js';
import type { MemoryLog } from './memory-log.js';
import { parseBatches } from './parse-batches.js';
import { planReading } from './reading.js';
import { matchesSubject } from './subject-filter.js';
import { WindowView } from './window-view.js';

const BATCH = 500;

/** What a reading needs of its bus. */
export interface MemoryReader {
  readonly log: MemoryLog;
  /** Waits until there is a result, trying at every change of the log and the link. */
  readonly until: <T>(attempt: () => T | undefined) => Promise<T>;
  readonly link: () => LinkState;
}

/** Finds a window on a `MemoryLog`. */
export async function openMemoryReading(reader: MemoryReader, window: LogWindow): Promise<BusReading> {
  await reader.until(() => reader.link() === 'up' || undefined);
  const { stream } = reader.log;
  if (!stream) throw new LogReadError('no-log');
  const { created, firstPosition, lastPosition, messages } = stream;
  const info = await locateWindow(window, {
    created,
    firstPosition,
    lastPosition,
    firstAt: messages[0]?.at ?? stream.lastAt,
    positionAt: (ms) => Promise.resolve(messages.find(({ at }) => at >= ms)?.position ?? lastPosition + 1),
  });
  return new MemoryReading(reader, info, window.filter ?? LOG_SUBJECTS);
}

class MemoryReading implements BusReading {
  private readonly view: WindowView;

  constructor(
    private readonly reader: MemoryReader,
    readonly info: LogWindowInfo,
    private readonly filter: string,
  ) {
    this.view = new WindowView(info, filter === LOG_SUBJECTS);
  }

  batches(): AsyncGenerator<LogBatch> {
    return parseBatches(this.messages());
  }

  async *messages(): AsyncGenerator<MessageBatch> {
    while (!this.view.isComplete) {
      yield* await this.reader.until(() => (this.reader.link() === 'up' ? this.next() : undefined));
    }
  }

  private next(): MessageBatch[] {
    const { view, info } = this;
    const { stream } = this.reader.log;
    const present = stream ?? { created: '', firstPosition: 1, lastPosition: 0 };
    const plan = planReading({ created: info.created, frontier: view.position }, present);
    if (plan.how === 'hydrate' && plan.gap) {
      return view.leaveOut(plan.gap.to ?? info.lastPosition, plan.gap.cause);
    }
    const messages = stream ? this.messagesBehind(view.position, stream) : [];
    return messages.length > 0 ? view.take(messages) : view.leaveOut(info.lastPosition, 'retention');
  }

  private messagesBehind(
    position: number,
    stream: { readonly firstPosition: number; readonly messages: readonly StoredMessage[] },
  ): StoredMessage[] {
    const batch: StoredMessage[] = [];
    for (let index = Math.max(0, position + 1 - stream.firstPosition); batch.length < BATCH; index++) {
      const message = stream.messages[index];
      if (!message) break;
      if (matchesSubject(this.filter, message.subject)) batch.push(message);
    }
    return batch;
  }
}
