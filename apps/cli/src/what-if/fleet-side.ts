import type { Fleet, FleetRegion } from '@spillway/fleet';

interface RegionSide {
  peakLoad: number | null;
  peakAtMs: number | null;
  loadSum: number;
  knownSeconds: number;
  fullSeconds: number;
  mostUsable: number;
}

/** What the fleet carried, on one of the two sides, second by second. */
export class FleetSide {
  readonly regions = new Map<string, RegionSide>();
  private nodeSeconds = 0;
  private neededSeconds = 0;
  private kbpsSeconds = 0;
  private allocationSeconds = 0;
  private seconds = 0;

  /** @param full load from which a region counts as full, the same on both sides. */
  look(fleet: Fleet, now: number, full: number): void {
    this.seconds++;
    const { threshold = full } = fleet.policy ?? {};
    for (const region of fleet.regions.values()) {
      this.lookAt(region, now, full);
      this.neededSeconds += Math.ceil(((region.utilization ?? 0) * region.usable.length) / threshold);
    }
    for (const { freshness, heartbeat } of fleet.nodes.values()) {
      const runs = freshness !== 'unknown' && heartbeat.state !== 'stopped';
      if (runs && heartbeat.kind === 'turn') this.nodeSeconds++;
    }
  }

  get nodeHours(): number {
    return this.nodeSeconds / 3600;
  }

  /** The fewest that would have carried it, second by second, with every region below the threshold of its policy. */
  get neededNodeHours(): number {
    return this.neededSeconds / 3600;
  }

  /** What the fleet carried on average; `null` of nothing. */
  get meanBps(): number | null {
    return this.seconds > 0 ? (this.kbpsSeconds * 1000) / this.seconds : null;
  }
  get meanAllocations(): number | null {
    return this.seconds > 0 ? this.allocationSeconds / this.seconds : null;
  }

  private lookAt({ id, utilization, usable, totals }: FleetRegion, now: number, full: number): void {
    this.kbpsSeconds += totals.kbps;
    this.allocationSeconds += totals.allocations;
    const side = this.sideOf(id);
    side.mostUsable = Math.max(side.mostUsable, usable.length);
    if (utilization === null) return;
    side.loadSum += utilization;
    side.knownSeconds++;
    if (utilization >= full) side.fullSeconds++;
    if (side.peakLoad !== null && utilization <= side.peakLoad) return;
    side.peakLoad = utilization;
    side.peakAtMs = now;
  }

  private sideOf(region: string): RegionSide {
    let side = this.regions.get(region);
    if (!side) {
      side = {
        peakLoad: null,
        peakAtMs: null,
        loadSum: 0,
        knownSeconds: 0,
        fullSeconds: 0,
        mostUsable: 0,
      };
      this.regions.set(region, side);
    }
    return side;
  }
}
