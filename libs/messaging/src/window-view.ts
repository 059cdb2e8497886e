import { parseEvent, type LogEntry } from '@spillway/contracts';
import type { LogGap, RejectedMessage } from './bus.js';
import type { StoredMessage } from './delivery.js';
import type { LogBatch } from './log-reading.js';

/** How far a window is read: makes batches of messages, each position at most once, and tells what is missing. */
export class WindowView {
  private frontier: number;
  private readonly last: number;

  /** @param tellsHoles every position is expected, as no filter leaves any out. */
  constructor(
    window: { readonly firstPosition: number; readonly lastPosition: number },
    private readonly tellsHoles: boolean,
  ) {
    this.frontier = window.firstPosition - 1;
    this.last = window.lastPosition;
  }

  /** The window is known up to here. */
  get position(): number {
    return this.frontier;
  }

  get isComplete(): boolean {
    return this.frontier >= this.last;
  }

  /** A batch ends where something is missing, so that the next begins with it. */
  take(messages: readonly StoredMessage[]): LogBatch[] {
    const batches: LogBatch[] = [];
    let run = new Run(null);
    for (const message of messages) {
      if (message.position <= this.frontier) continue;
      if (message.position > this.last) break;
      if (this.tellsHoles && message.position > this.frontier + 1) {
        batches.push(...run.close(this.frontier));
        run = new Run({ from: this.frontier + 1, to: message.position - 1, cause: 'retention' });
      }
      this.frontier = message.position;
      run.add(message);
    }
    batches.push(...run.close(this.frontier));
    if ((messages.at(-1)?.position ?? 0) > this.last) batches.push(...this.leaveOut(this.last, 'retention'));
    return batches;
  }

  /** Everything up to `to` is missing. */
  leaveOut(to: number, cause: LogGap['cause']): LogBatch[] {
    const from = this.frontier + 1;
    const end = Math.min(to, this.last);
    if (end < from) return [];
    this.frontier = end;
    return new Run(this.tellsHoles || cause === 'new-stream' ? { from, to: end, cause } : null).close(end);
  }
}

/** Messages without a hole between them. */
class Run {
  private readonly entries: LogEntry[] = [];
  private readonly rejected: RejectedMessage[] = [];

  constructor(private readonly gap: LogGap | null) {}

  add({ position, at, subject, data }: StoredMessage): void {
    const parsed = parseEvent(subject, data);
    if (parsed.ok) this.entries.push({ position, at, event: parsed.event });
    else this.rejected.push({ position, subject, reason: parsed.reason, detail: parsed.detail });
  }

  close(position: number): LogBatch[] {
    const { gap, entries, rejected } = this;
    return gap || entries.length > 0 || rejected.length > 0 ? [{ gap, entries, rejected, position }] : [];
  }
}
