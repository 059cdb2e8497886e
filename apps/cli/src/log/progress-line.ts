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

/** How far a window is read, as a share of 1. */
export function shareRead(
  position: number,
  { firstPosition, lastPosition }: { readonly firstPosition: number; readonly lastPosition: number },
): number {
  const all = lastPosition - firstPosition + 1;
  return all <= 0 ? 1 : Math.min(1, Math.max(0, (position - firstPosition + 1) / all));
}
