/** A value must have been this far below a band, as a share of its lower edge, before it has left it downwards. */
const BELOW = 0.7;

export interface Move {
  readonly from: number;
  readonly to: number;
  /** When it left the band it was in. */
  readonly atMs: number;
}

/**
 * Tells the moves of a restless value so that they can be read: a few bands, entered upwards at once and left
 * downwards after a while.
 */
export class Bands {
  private band = 0;
  private told = 0;
  private belowSince: number | undefined;

  /**
   * @param edges lower edges of the bands above the lowest, rising.
   * @param holdMs how long it must have been below, in ms.
   */
  constructor(
    private readonly edges: readonly number[],
    private readonly holdMs: number,
  ) {}

  /** @returns what the value was when it was told last and what it is, when that is worth telling. */
  move(value: number, now: number): Move | undefined {
    const band = this.bandOf(value);
    if (band > this.band) return this.enter(band, value, now);
    if (band === this.band || value >= BELOW * (this.edges[this.band - 1] ?? 0)) {
      this.belowSince = undefined;
      return undefined;
    }
    this.belowSince ??= now;
    return now - this.belowSince >= this.holdMs ? this.enter(band, value, this.belowSince) : undefined;
  }

  private enter(band: number, value: number, atMs: number): Move {
    const move = { from: this.told, to: value, atMs };
    this.band = band;
    this.told = value;
    this.belowSince = undefined;
    return move;
  }

  private bandOf(value: number): number {
    const above = this.edges.findIndex((edge) => value < edge);
    return above < 0 ? this.edges.length : above;
  }
}
