import { MAX_POINTS } from './column.js';

/** Milliseconds between two looks at the fleet, and the finest distance of two points. */
export const LOOK_MS = 1_000;

/** Divides a window whose end is not known into points: the longer it gets, the longer each of them is. */
export class TimeAxis {
  private step = LOOK_MS;
  private used = 0;

  /** @param onDoubled two neighbouring points have become one. */
  constructor(
    readonly fromMs: number,
    private readonly onDoubled: () => void,
  ) {}

  /** Milliseconds of a point. */
  get stepMs(): number {
    return this.step;
  }
  /** Points so far. */
  get length(): number {
    return this.used;
  }

  /** The point of a time, which becomes the last if it is later than all; `undefined` before the window. */
  pointOf(atMs: number): number | undefined {
    if (atMs < this.fromMs) return undefined;
    while (atMs >= this.fromMs + this.step * MAX_POINTS) {
      this.step *= 2;
      this.used = Math.ceil(this.used / 2);
      this.onDoubled();
    }
    const point = Math.floor((atMs - this.fromMs) / this.step);
    this.used = Math.max(this.used, point + 1);
    return point;
  }
}
