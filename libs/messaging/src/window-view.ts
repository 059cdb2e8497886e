import type { StoredMessage } from './delivery.js';
import type { MessageBatch, WindowGap } from './log-reading.js';

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
  take(messages: readonly StoredMessage[]): MessageBatch[] {
    const batches: MessageBatch[] = [];
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
  leaveOut(to: number, cause: WindowGap['cause']): MessageBatch[] {
    const from = this.frontier + 1;
    const end = Math.min(to, this.last);
    if (end < from) return [];
    this.frontier = end;
    return new Run(this.tellsHoles || cause === 'new-stream' ? { from, to: end, cause } : null).close(end);
  }
}

/** Messages without a hole between them. */
class Run {
  private readonly messages: StoredMessage[] = [];

  constructor(private readonly gap: WindowGap | null) {}

  add(message: StoredMessage): void {
    this.messages.push(message);
  }

  close(position: number): MessageBatch[] {
    const { gap, messages } = this;
    return gap || messages.length > 0 ? [{ gap, messages, position }] : [];
  }
}
