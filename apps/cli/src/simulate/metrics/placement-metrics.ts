import type { Observation, Observer } from '../engine/observer.js';
import type { Relays } from '../engine/relays.js';
import type { World } from '../world/world.js';
import { percent } from './load-metrics.js';

/** Home has room enough, also for those who are on their way there: who is sent away from it is sent away for nothing. */
const HOME_HAS_ROOM = 0.7;
/** A region above the threshold, and a point more: nobody from elsewhere should come. */
const OVERSHOT = 0.81;
/** Extra round-trip times are counted in steps of so many ms. */
const STEP_MS = 0.1;
const STEPS = 5_000;

export interface PlacementReport {
  readonly decisions: number;
  /** Extra round-trip time over the nearest region, of those who were placed. */
  readonly meanExtraMs: number;
  readonly p95ExtraMs: number;
  readonly p99ExtraMs: number;
  /** % served away from home. */
  readonly spilledPercent: number;
  /** % served away from a home that was below 70 %, placed calls included, and usable as far as the router knew. */
  readonly needlessPercent: number;
  /** % served away from home because the router knew of no usable node there. */
  readonly forcedPercent: number;
  /** % sent to a region, not theirs, that was above 81 %. */
  readonly ontoFullPercent: number;
  readonly refused: number;
  readonly refusedWithRoom: number;
  /** Placements on nodes that were gone. */
  readonly dead: number;
}

/** Where clients were sent, against where they belong. */
export class PlacementMetrics implements Observer {
  private decisions = 0;
  private extraMs = 0;
  private readonly histogram = new Float64Array(STEPS + 1);
  private spilled = 0;
  private needless = 0;
  private forced = 0;
  private ontoFull = 0;
  private refused = 0;
  private refusedWithRoom = 0;
  private dead = 0;

  constructor(private readonly world: World) {}

  decided(observation: Observation, relays: Relays): void {
    const { region, home, cell, isDead } = observation;
    this.decisions++;
    if (region < 0) {
      this.refused++;
      if (hasRoom(relays)) this.refusedWithRoom++;
      return;
    }
    if (isDead) this.dead++;
    const { rttMs, regions } = this.world;
    const row = cell * regions.length;
    const extra = (rttMs[row + region] ?? 0) - (rttMs[row + home] ?? 0);
    this.extraMs += extra;
    const step = Math.min(STEPS, Math.ceil(extra / STEP_MS));
    this.histogram[step] = (this.histogram[step] ?? 0) + 1;
    if (region !== home) this.countSpill(observation, relays);
  }

  private countSpill({ region, home, isHomeUsable }: Observation, relays: Relays): void {
    this.spilled++;
    if (!isHomeUsable) this.forced++;
    else if (relays.promisedUtilization(home) < HOME_HAS_ROOM) this.needless++;
    if (relays.regionUtilization(region) > OVERSHOT) this.ontoFull++;
  }

  report(): PlacementReport {
    const { decisions, refused } = this;
    const placed = decisions - refused;
    return {
      decisions,
      meanExtraMs: placed === 0 ? 0 : this.extraMs / placed,
      p95ExtraMs: this.percentile(0.95, placed),
      p99ExtraMs: this.percentile(0.99, placed),
      spilledPercent: percent(this.spilled, decisions),
      needlessPercent: percent(this.needless, decisions),
      forcedPercent: percent(this.forced, decisions),
      ontoFullPercent: percent(this.ontoFull, decisions),
      refused,
      refusedWithRoom: this.refusedWithRoom,
      dead: this.dead,
    };
  }

  private percentile(share: number, placed: number): number {
    let rest = share * placed;
    for (const [step, count] of this.histogram.entries()) {
      rest -= count;
      if (rest <= 0) return step * STEP_MS;
    }
    return STEPS * STEP_MS;
  }
}

function hasRoom(relays: Relays): boolean {
  return relays.isAlive.some((isAlive, node) => isAlive && relays.utilization(node) < 1);
}
