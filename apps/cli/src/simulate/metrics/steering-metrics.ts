import type { Observation, Observer } from '../engine/observer.js';
import type { Relays } from '../engine/relays.js';
import { REGION_OVER } from './load-metrics.js';

/** How long a region that is too full goes on taking all of its own clients, before the first is sent elsewhere. */
export class SteeringMetrics implements Observer {
  /** Since when each region has been, NaN while it has not. */
  private readonly since: Float64Array;
  private longestMs = 0;

  /** @param only the region that counts; all do unless given. */
  constructor(
    regions: number,
    private readonly only?: number,
  ) {
    this.since = new Float64Array(regions).fill(NaN);
  }

  decided({ at, home, region }: Observation, relays: Relays): void {
    if (this.only !== undefined && home !== this.only) return;
    if (region !== home || relays.regionUtilization(home) <= REGION_OVER) {
      this.since[home] = NaN;
      return;
    }
    const since = this.since[home] ?? NaN;
    if (Number.isNaN(since)) this.since[home] = at;
    else this.longestMs = Math.max(this.longestMs, at - since);
  }

  /** The longest of any region, in seconds. */
  report(): number {
    return this.longestMs / 1000;
  }
}
