/** A place on Earth in degrees. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** Round-trip time in ms from a client's place to a region's; a measured table can stand in for a model. */
export type EstimateRtt = (client: Coordinates, region: Coordinates) => number;

/** Places kept; beyond it the memory starts anew. About 10 MB with 60 regions. */
const MAX_CELLS = 20_000;

/** How far the regions are from one place, in their order. Shared: do not write to it. */
export interface Surroundings {
  readonly rttMs: Float64Array;
  /** The region with the least; the first of equals, -1 where there is none. */
  readonly nearest: number;
}

/**
 * Round-trip times from a client's place to every region, looked up once per cell of one degree (at most about
 * 80 km from its middle, under 1 ms): coarse enough to say nothing of a person, and the same for a replay.
 */
export class Proximity {
  private readonly cells = new Map<number, Surroundings>();

  constructor(
    private readonly regions: readonly Coordinates[],
    private readonly estimate: EstimateRtt,
  ) {}

  from(client: Coordinates): Surroundings {
    const latitude = Math.round(client.latitude);
    const longitude = Math.round(client.longitude);
    const cell = latitude * 1000 + longitude;
    const known = this.cells.get(cell);
    if (known) return known;
    if (this.cells.size >= MAX_CELLS) this.cells.clear();
    const rttMs = Float64Array.from(this.regions, (region) => this.estimate({ latitude, longitude }, region));
    const surroundings = { rttMs, nearest: rttMs.indexOf(Math.min(...rttMs)) };
    this.cells.set(cell, surroundings);
    return surroundings;
  }
}
