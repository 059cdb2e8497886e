import type { Observation, Observer } from '../engine/observer.js';
import type { Relays } from '../engine/relays.js';

/** What the picture shows, and the optimum starts from: by step of time and region. */
export class Timeline implements Observer {
  readonly steps: number;
  /** All at `step · regions + region`. */
  readonly utilization: Float32Array;
  readonly capacityKbps: Float64Array;
  readonly calls: Float64Array;
  readonly spilled: Float64Array;
  /** Decisions at `home · regions + served`. */
  readonly flows: Float64Array;

  constructor(
    readonly regions: number,
    private readonly from: number,
    to: number,
    readonly stepMs: number,
  ) {
    this.steps = Math.ceil((to - from) / stepMs);
    const cells = this.steps * regions;
    this.utilization = new Float32Array(cells);
    this.capacityKbps = new Float64Array(cells);
    this.calls = new Float64Array(cells);
    this.spilled = new Float64Array(cells);
    this.flows = new Float64Array(regions * regions);
  }

  decided({ at, home, region }: Observation): void {
    const cell = Math.floor((at - this.from) / this.stepMs) * this.regions + home;
    this.calls[cell] = (this.calls[cell] ?? 0) + 1;
    if (region < 0) return;
    const flow = home * this.regions + region;
    this.flows[flow] = (this.flows[flow] ?? 0) + 1;
    if (region !== home) this.spilled[cell] = (this.spilled[cell] ?? 0) + 1;
  }

  second(at: number, relays: Relays): void {
    const first = Math.floor((at - this.from) / this.stepMs) * this.regions;
    const seconds = this.stepMs / 1000;
    for (let region = 0; region < this.regions; region++) {
      const capacity = relays.regionCapacity[region] ?? 0;
      const cell = first + region;
      this.capacityKbps[cell] = (this.capacityKbps[cell] ?? 0) + capacity / seconds;
      if (capacity === 0) continue;
      this.utilization[cell] = (this.utilization[cell] ?? 0) + relays.regionUtilization(region) / seconds;
    }
  }
}
