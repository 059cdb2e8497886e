import type { Cell } from './cells.js';
import { activity } from './diurnal.js';
import { DAY_MS } from './world.js';

/** More (or fewer) calls than usual from some places for some time. */
export interface Surge {
  /** ms since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly factor: number;
  readonly isConcerned: (cell: Cell, index: number) => boolean;
}

/** How many calls begin where and when, on average. */
export class Demand {
  /** Calls per ms of each cell at activity 1. */
  private readonly base: Float64Array;
  /** Index of each cell's offset from UTC in `offsets`. */
  private readonly offsetOf: Uint8Array;
  private readonly offsets: readonly number[];
  private readonly concerned: readonly (Surge & { readonly cells: Uint8Array })[];

  constructor(cells: readonly Cell[], arrivalsPerDay: number, surges: readonly Surge[] = []) {
    const people = cells.reduce((sum, { population }) => sum + population, 0);
    this.base = Float64Array.from(cells, ({ population }) => (arrivalsPerDay * population) / people / DAY_MS);
    this.offsets = [...new Set(cells.map(({ utcOffsetMinutes }) => utcOffsetMinutes))];
    this.offsetOf = Uint8Array.from(cells, (cell) => this.offsets.indexOf(cell.utcOffsetMinutes));
    this.concerned = surges.map((surge) => ({
      ...surge,
      cells: Uint8Array.from(cells, (cell, i) => Number(surge.isConcerned(cell, i))),
    }));
  }

  /** Calls per ms at an instant, of all cells up to and including each. */
  cumulativeRates(atMs: number, into: Float64Array): void {
    const surges = this.concerned.filter(({ from, to }) => from <= atMs && atMs < to);
    const busy = this.offsets.map((minutes) => activity(atMs, minutes));
    let sum = 0;
    for (let c = 0; c < this.base.length; c++) {
      let rate = (this.base[c] ?? 0) * (busy[this.offsetOf[c] ?? 0] ?? 0);
      for (const { cells, factor } of surges) if (cells[c] === 1) rate *= factor;
      into[c] = sum += rate;
    }
  }
}
