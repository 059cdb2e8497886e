import { percent } from './wording.js';

/** Milliseconds between two drawings. */
const REDRAW_MS = 200;

/** A line on the terminal that is drawn over itself; nothing where there is no terminal. */
export class ProgressLine {
  private drawnAt = -Infinity;

  constructor(
    private readonly terminal: { readonly isTTY?: boolean; write(text: string): unknown } = process.stderr,
  ) {}

  /** @param describe asked only when it is time to draw. */
  show(describe: () => string): void {
    const now = performance.now();
    if (!this.terminal.isTTY || now - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = now;
    this.terminal.write(`\r\u001b[K${describe()}`);
  }

  clear(): void {
    if (this.terminal.isTTY && this.drawnAt >= 0) this.terminal.write('\r\u001b[K');
  }
}

interface Window {
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** How far a window is read, how fast, and how long that will go on. */
export function describeReading(position: number, window: Window, elapsedMs: number): string {
  const share = shareRead(position, window);
  const rate = Math.round((position - window.firstPosition + 1) / Math.max(1, elapsedMs));
  const leftSeconds = Math.ceil((elapsedMs * (1 - share)) / Math.max(0.001, share) / 1000);
  return `${percent(share)} read, ${rate},000 messages a second, ${leftSeconds} s to go`;
}

/** How far a window is read, as a share of 1. */
export function shareRead(position: number, { firstPosition, lastPosition }: Window): number {
  const all = lastPosition - firstPosition + 1;
  return all <= 0 ? 1 : Math.min(1, Math.max(0, (position - firstPosition + 1) / all));
}
