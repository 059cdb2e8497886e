import type { Demand } from './demand.js';
import { exponential, randomFrom, type Random } from './random.js';
import { drawKbps, drawLengthMs, drawStartMs } from './sessions.js';

/** One call that wants a relay. */
export interface Arrival {
  /** ms since the epoch. */
  at: number;
  cell: number;
  kbps: number;
  lengthMs: number;
  /** From the credential to the load. */
  startMs: number;
  /** Whether the credential will be used at all: most calls need no relay. */
  isUsed: boolean;
}

export const SLICE_MS = 60_000;

/**
 * Calls in order of time: a Poisson process whose rates are those of the middle of each minute. Every minute has
 * its own randomness, so any part of a day can be had without the rest.
 */
export class Arrivals {
  private readonly rates: Float64Array;
  private readonly arrival: Arrival = { at: 0, cell: 0, kbps: 0, lengthMs: 0, startMs: 0, isUsed: true };
  private random: Random = () => 0;
  private sliceEnd: number;
  private clock: number;
  private total = 0;

  /** @param unusedShare share of credentials that never carry any load; they come on top of the calls that do. */
  constructor(
    private readonly demand: Demand,
    cellCount: number,
    private readonly seed: number,
    from: number,
    private readonly to: number,
    private readonly unusedShare = 0,
  ) {
    this.rates = new Float64Array(cellCount);
    this.sliceEnd = this.clock = from;
  }

  /** The next call; the same object each time. `undefined` when the time is over. */
  next(): Arrival | undefined {
    for (;;) {
      if (this.total > 0) {
        this.clock += exponential(this.random, 1 / this.total);
        if (this.clock < this.sliceEnd) return this.draw();
      }
      if (this.sliceEnd >= this.to) return undefined;
      this.begin(this.sliceEnd);
    }
  }

  private begin(slice: number): void {
    this.demand.cumulativeRates(slice + SLICE_MS / 2, this.rates);
    this.total = (this.rates.at(-1) ?? 0) / (1 - this.unusedShare);
    this.random = randomFrom(this.seed, Math.floor(slice / SLICE_MS));
    this.clock = slice;
    this.sliceEnd = slice + SLICE_MS;
  }

  private draw(): Arrival {
    const { arrival, random } = this;
    arrival.at = this.clock;
    arrival.cell = firstAbove(this.rates, random() * (this.rates.at(-1) ?? 0));
    arrival.kbps = drawKbps(random);
    arrival.lengthMs = drawLengthMs(random);
    arrival.startMs = drawStartMs(random);
    arrival.isUsed = random() >= this.unusedShare;
    return arrival;
  }
}

/** The index of the first value above; the last one's when none is. Values rise. */
function firstAbove(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
