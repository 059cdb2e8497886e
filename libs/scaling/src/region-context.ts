import type { Origins, PolicyDocument } from '@spillway/contracts';
import type { FleetNode, FleetRegion } from '@spillway/fleet';
import type { Issuance } from './arrivals.js';
import type { Demand, NodeCapacity } from './demand.js';
import type { Inventory } from './inventory.js';
import type { WallClocks } from './schedule.js';
import type { RegionSignals } from './signals.js';

/** What a region is stepped by. */
export interface RegionContext {
  readonly now: number;
  readonly policy: PolicyDocument;
  readonly generation: number;
  readonly isLinkUp: boolean;
  readonly isBusSuspect: boolean;
  readonly region: FleetRegion;
  readonly nodes: readonly FleetNode[];
  readonly signals: RegionSignals;
  readonly demand: Demand;
  readonly origins: Origins;
  readonly issuance: Issuance;
  readonly inventory: Inventory | undefined;
  readonly fleetCapacity: NodeCapacity | null;
  /** Of the fleet's bound on changes an hour. */
  readonly changesLeft: number;
  readonly clocks: WallClocks;
}
