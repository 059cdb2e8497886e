import type { LogEntry } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { ControlLoop, type Inventory } from '@spillway/scaling';

/** Nobody says what instances there are: prices are made, sizes stay as they are. */
const NO_INVENTORIES: ReadonlyMap<string, Inventory | undefined> = new Map();

/** The fleet as the log tells it, and the control loop of production over it. */
export class World {
  readonly fleet = new Fleet();
  readonly loop = new ControlLoop(this.fleet);

  /** @param now log time in ms. */
  take(entry: LogEntry, now: number): void {
    this.fleet.apply(entry, now);
    this.loop.observe(entry);
  }

  step(now: number, isLinkUp: boolean): void {
    this.fleet.advance(now);
    this.loop.step(this.fleet.now, { generation: 0, inventories: NO_INVENTORIES, isLinkUp });
  }
}
