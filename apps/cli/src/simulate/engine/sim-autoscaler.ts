import type { LogEvent } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { ControlLoop, type Inventory } from '@spillway/scaling';
import type { Participant } from './participant.js';
import type { SharedLog } from './shared-log.js';

/** Between two steps of the loop. */
const STEP_MS = 1_000;

/** The active autoscaler, with the control loop of production and its own view of the fleet. */
export class SimAutoscaler implements Participant {
  cursor = 0;
  readonly fleet = new Fleet();
  readonly loop = new ControlLoop(this.fleet);
  private nextStep = 0;

  constructor(
    readonly delayMs: number,
    private readonly inventories: () => ReadonlyMap<string, Inventory | undefined>,
  ) {}

  tick(log: SharedLog, now: number, publish: (event: LogEvent) => void): void {
    for (let entry = log.read(this, now); entry; entry = log.read(this, now)) {
      this.fleet.apply(entry, entry.at + this.delayMs);
      this.loop.observe(entry);
    }
    if (now < this.nextStep) return;
    this.nextStep = now + STEP_MS;
    this.fleet.advance(now);
    const input = { generation: 1, inventories: this.inventories(), isLinkUp: true };
    for (const { region, spillover, overload } of this.loop.step(this.fleet.now, input)) {
      if (spillover) publish({ kind: 'spillover', region, spillover: { ...spillover, at: AT } });
      if (overload) {
        const { state, utilization, threshold } = overload;
        publish({ kind: 'overload', region, overload: { at: AT, state, utilization, threshold, since: AT } });
      }
    }
  }
}

/** Diagnostic in every event; nothing is decided by it. */
const AT = '2026-03-18T00:00:00.000Z';
