import type { LogEvent } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { ControlLoop, type Inventory, type ScalePlan } from '@spillway/scaling';
import type { Participant } from './participant.js';
import type { SharedLog } from './shared-log.js';
import type { SimProvider } from './sim-provider.js';

/** Between two steps of the loop. */
const STEP_MS = 1_000;
/** From the log to the autoscaler. */
const READ_MS = 20;
/** Nobody says what there is: prices are made, sizes stay as they are. */
const NO_INVENTORIES: ReadonlyMap<string, Inventory | undefined> = new Map();

/** The active autoscaler, with the control loop of production and its own view of the fleet. */
export class SimAutoscaler implements Participant {
  readonly delayMs = READ_MS;
  cursor = 0;
  private readonly fleet = new Fleet();
  private readonly loop = new ControlLoop(this.fleet);
  private nextStep = 0;

  /** @param provider carries out plans; sizes stay as they are unless given. */
  constructor(private readonly provider?: SimProvider) {}

  tick(log: SharedLog, now: number, publish: (event: LogEvent) => void): void {
    for (let entry = log.read(this, now); entry; entry = log.read(this, now)) {
      this.fleet.apply(entry, entry.at + this.delayMs);
      this.loop.observe(entry);
    }
    if (now < this.nextStep) return;
    this.nextStep = now + STEP_MS;
    this.provider?.tick(now);
    this.fleet.advance(now);
    const inventories = this.provider?.inventories() ?? NO_INVENTORIES;
    for (const step of this.loop.step(this.fleet.now, { generation: 1, inventories, isLinkUp: true })) {
      const { region, spillover, overload, plan } = step;
      if (spillover) publish({ kind: 'spillover', region, spillover: { ...spillover, at: AT } });
      if (overload) {
        const { state, utilization, threshold } = overload;
        publish({ kind: 'overload', region, overload: { at: AT, state, utilization, threshold, since: AT } });
      }
      if (plan) this.execute(region, plan, now, publish);
    }
  }

  /** Commits, carries out and settles at once: what a provider takes its time for is in the machines' boot times. */
  private execute(region: string, plan: ScalePlan, now: number, publish: (event: LogEvent) => void): void {
    const committed = { ...plan, at: AT, error: null };
    const settle = (outcome: 'planned' | 'executing' | 'done') => {
      const scale = { ...committed, outcome };
      this.loop.settle(region, scale);
      publish({ kind: 'scale', region, scale });
      return scale;
    };
    const planned = settle('planned');
    settle('executing');
    const seconds = this.fleet.policy?.regions[region]?.scaling.drainDeadlineSeconds ?? 0;
    for (const event of this.provider?.execute(region, planned, seconds * 1000, now) ?? []) publish(event);
    settle('done');
  }
}

/** Diagnostic in every event; nothing is decided by it. */
const AT = '2026-03-18T00:00:00.000Z';
