import type { Observation, Observer } from '../engine/observer.js';

/** A region's spill share is taken over so long. */
export const WINDOW_MS = 30_000;
const LOW = 0.25;
const HIGH = 0.75;
/** In a window with fewer calls than this a share says nothing. */
const MIN_CALLS = 8;

/** Counts how often one share moves from below 25 % to above 75 % or back. */
export class FlapCounter {
  private side: 'low' | 'high' | undefined;
  count = 0;

  add(share: number): void {
    const side = share < LOW ? 'low' : share > HIGH ? 'high' : undefined;
    if (side === undefined || side === this.side) return;
    if (this.side !== undefined) this.count++;
    this.side = side;
  }
}

/** Regions that send their clients away, take them back, send them away … */
export class FlapMetrics implements Observer {
  private readonly counters: FlapCounter[];
  private readonly calls: Float64Array;
  private readonly spilled: Float64Array;
  private windowEnd = -Infinity;

  constructor(regions: number) {
    this.counters = Array.from({ length: regions }, () => new FlapCounter());
    this.calls = new Float64Array(regions);
    this.spilled = new Float64Array(regions);
  }

  decided({ at, home, region }: Observation): void {
    if (at >= this.windowEnd) this.close(at);
    this.calls[home] = (this.calls[home] ?? 0) + 1;
    if (region !== home) this.spilled[home] = (this.spilled[home] ?? 0) + 1;
  }

  /** Flaps of each region so far. */
  report(): number[] {
    return this.counters.map(({ count }) => count);
  }

  private close(at: number): void {
    for (const [r, counter] of this.counters.entries()) {
      const calls = this.calls[r] ?? 0;
      if (calls >= MIN_CALLS) counter.add((this.spilled[r] ?? 0) / calls);
    }
    this.calls.fill(0);
    this.spilled.fill(0);
    this.windowEnd = (Math.floor(at / WINDOW_MS) + 1) * WINDOW_MS;
  }
}
