import type { RegionControl, Spillover } from '@spillway/contracts';
import { freshControl, MAX_INTEGRAL_MS } from '@spillway/scaling';
import type { World } from './world.js';

/**
 * By how much the published part of a region's price would have been another. The control loop of production runs over
 * the recorded fleet and over the changed one; what was published moves by the difference of the two. Where the fleets
 * are the same so are the loops, and prices are as they were published.
 */
export class PriceShift {
  /** Who published last. */
  private readonly generations = new Map<string, number>();

  constructor(
    private readonly recorded: World,
    private readonly changed: World,
  ) {}

  /** A price was published. @returns the same as it would have been. */
  change(region: string, spillover: Spillover, now: number): Spillover {
    const by = this.integralIn(this.changed, region) - this.integralIn(this.recorded, region);
    const integralMs = Math.min(MAX_INTEGRAL_MS, Math.max(0, spillover.integralMs + by));
    if (this.generations.get(region) !== spillover.generation) {
      this.generations.set(region, spillover.generation);
      this.recorded.loop.adopt(region, this.control(this.recorded, spillover, spillover.integralMs, now));
      this.changed.loop.adopt(region, this.control(this.changed, spillover, integralMs, now));
    }
    return integralMs === spillover.integralMs ? spillover : { ...spillover, integralMs };
  }

  private integralIn({ loop }: World, region: string): number {
    return loop.control(region)?.integralMs ?? 0;
  }

  /** Both loops go on from what a new leader says. */
  private control({ fleet }: World, said: Spillover, integralMs: number, now: number): RegionControl {
    const { demand, loadPerCredential, origins, generation } = said;
    const fresh = freshControl(fleet.policy?.reservation, generation, now);
    return { ...fresh, integralMs, demand, loadPerCredential, origins };
  }
}
