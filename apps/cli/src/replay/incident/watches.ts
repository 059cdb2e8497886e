import type { LogEvent } from '@spillway/contracts';
import type { FoldOutcome } from '@spillway/fleet';
import { BusWatch } from './bus-watch.js';
import { NodeWatch } from './node-watch.js';
import { OrderWatch } from './order-watch.js';
import { PlanWatch } from './plan-watch.js';
import { PolicyWatch } from './policy-watch.js';
import { RefusalWatch } from './refusal-watch.js';
import { RegionWatch } from './region-watch.js';
import { RouterWatch } from './router-watch.js';
import { SpillWatch } from './spill-watch.js';
import type { Scene, Watch } from './watch.js';

/** All of them. What happens at the same moment is told in their order. */
export class Watches {
  readonly regions: RegionWatch;
  readonly routers: RouterWatch;
  private readonly all: readonly Watch[];
  /** Who wants to see what nearly all of a log consists of. */
  private readonly ofHeartbeats: readonly Watch[];
  private readonly ofBatches: readonly Watch[];

  constructor(scene: Scene) {
    this.regions = new RegionWatch(scene);
    this.routers = new RouterWatch(scene);
    this.all = [
      new PolicyWatch(scene),
      new PlanWatch(scene),
      this.regions,
      new OrderWatch(scene),
      new NodeWatch(scene),
      new SpillWatch(scene),
      new RefusalWatch(scene),
      this.routers,
      new BusWatch(scene),
    ];
    this.ofHeartbeats = this.all.filter((watch) => 'onHeartbeat' in watch);
    this.ofBatches = this.all.filter((watch) => 'onIssued' in watch);
  }

  /** Something was folded. */
  show(event: LogEvent, outcome: FoldOutcome, now: number): void {
    if (outcome === 'unknown-region') this.noteUnknown(event);
    switch (event.kind) {
      case 'heartbeat':
        if (outcome === 'old-sequence') return;
        for (const watch of this.ofHeartbeats) watch.onHeartbeat?.(event, now);
        break;
      case 'issued':
        for (const watch of this.ofBatches) watch.onIssued?.(event.issued, now);
        break;
      case 'policy':
        for (const watch of this.all) watch.onPolicy?.(event, now);
        break;
      case 'command':
        for (const watch of this.all) watch.onCommand?.(event, now);
        break;
      default:
        for (const watch of this.all) watch.onRegionEvent?.(event, now);
    }
  }

  look(now: number): void {
    for (const watch of this.all) watch.onLook?.(now);
  }

  passGap(now: number): void {
    for (const watch of this.all) watch.onGap?.(now);
  }

  private noteUnknown(event: LogEvent): void {
    if (event.kind === 'heartbeat') this.regions.noteOutside(event.heartbeat.region);
    else if ('region' in event) this.regions.noteOutside(event.region);
  }
}
