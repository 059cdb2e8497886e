import type { Observer } from '../engine/observer.js';
import type { Relays } from '../engine/relays.js';
import { NODE_KBPS } from '../world/fleet-plan.js';

/** Nodes are needed for loads up to this. */
const TARGET = 0.8;

export interface NodeHoursReport {
  readonly nodeHours: number;
  /** The fewest that could have carried, second by second, what every region carried, at 80 %. */
  readonly nodeHoursBound: number;
}

/** What the fleet cost, against what it had to. */
export class NodeHours implements Observer {
  private nodeSeconds = 0;
  private boundSeconds = 0;

  /** @param count machines that cost right now, those that boot or drain included. */
  constructor(private readonly count: (relays: Relays) => number) {}

  second(_at: number, relays: Relays): void {
    this.nodeSeconds += this.count(relays);
    for (const kbps of relays.regionKbps) this.boundSeconds += Math.ceil(kbps / (TARGET * NODE_KBPS));
  }

  report(): NodeHoursReport {
    return { nodeHours: this.nodeSeconds / 3600, nodeHoursBound: this.boundSeconds / 3600 };
  }
}
