import type { Observer } from '../engine/observer.js';
import type { Relays } from '../engine/relays.js';

/** A region above this has more than it should: half a point over the threshold. */
export const REGION_OVER = 0.805;

export interface LoadReport {
  /** % of session-seconds on nodes above 100 % of their capacity. */
  readonly overloadedPercent: number;
  /** … and above 90 %. */
  readonly crowdedPercent: number;
  /** % of load (kbit) in regions above 80.5 %. */
  readonly overThresholdPercent: number;
  /** The same of each region: they add up to it. */
  readonly overThresholdByRegion: readonly number[];
  /** The highest utilization of any region in any second. */
  readonly maxRegionUtilization: number;
  /** The highest of any node. */
  readonly maxNodeUtilization: number;
}

/** How full nodes and regions really were, second by second. */
export class LoadMetrics implements Observer {
  private sessions = 0;
  private overloaded = 0;
  private crowded = 0;
  private kbps = 0;
  /** By region. */
  private readonly overThreshold: Float64Array;
  private maxRegion = 0;
  private maxNode = 0;

  constructor(regions: number) {
    this.overThreshold = new Float64Array(regions);
  }

  second(_at: number, relays: Relays): void {
    for (let node = 0; node < relays.count; node++) {
      const sessions = relays.sessions[node] ?? 0;
      const utilization = relays.utilization(node);
      this.sessions += sessions;
      if (utilization > 0.9) this.crowded += sessions;
      if (utilization > 1) this.overloaded += sessions;
      if (utilization > this.maxNode) this.maxNode = utilization;
    }
    for (const [region, kbps] of relays.regionKbps.entries()) {
      this.kbps += kbps;
      if (kbps === 0) continue;
      const utilization = relays.regionUtilization(region);
      if (utilization > REGION_OVER) this.overThreshold[region] = (this.overThreshold[region] ?? 0) + kbps;
      if (utilization > this.maxRegion) this.maxRegion = utilization;
    }
  }

  report(): LoadReport {
    return {
      overloadedPercent: percent(this.overloaded, this.sessions),
      crowdedPercent: percent(this.crowded, this.sessions),
      overThresholdPercent: percent(
        this.overThreshold.reduce((sum, kbps) => sum + kbps, 0),
        this.kbps,
      ),
      overThresholdByRegion: [...this.overThreshold].map((kbps) => percent(kbps, this.kbps)),
      maxRegionUtilization: this.maxRegion,
      maxNodeUtilization: this.maxNode,
    };
  }
}

export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
