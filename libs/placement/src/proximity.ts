/** A place on Earth in degrees. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** Round-trip time in ms from a client's place to a region's; a measured table can stand in for a model. */
export type EstimateRtt = (client: Coordinates, region: Coordinates) => number;

/** Places kept; beyond it the memory starts anew. About 10 MB with 60 regions. */
const MAX_CELLS = 20_000;

/**
 * Round-trip times from a client's place to every region, looked up once per cell of one degree (at most about
 * 80 km from its middle, under 1 ms): coarse enough to say nothing of a person, and the same for a replay.
 */
export class Proximity {
  private readonly cells = new Map<number, Float64Array>();

  constructor(
    private readonly regions: readonly Coordinates[],
    private readonly estimate: EstimateRtt,
  ) {}

  /** In the order of the regions; the array is shared: do not write to it. */
  rttsFrom(client: Coordinates): Float64Array {
    const latitude = Math.round(client.latitude);
    const longitude = Math.round(client.longitude);
    const cell = latitude * 1000 + longitude;
    const known = this.cells.get(cell);
    if (known) return known;
    if (this.cells.size >= MAX_CELLS) this.cells.clear();
    const rtts = Float64Array.from(this.regions, (region) => this.estimate({ latitude, longitude }, region));
    this.cells.set(cell, rtts);
    return rtts;
  }
}
