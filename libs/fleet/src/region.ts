import type { RegionPolicy } from '@spillway/contracts';
import { CPU_CAPACITY_MILLI, reservedShare, type ReservationUnit } from './load.js';
import type { FleetNode, NodeState } from './node.js';

/** One region of the policy and the nodes in it. Outside this package it is read only. */
export interface FleetRegion {
  readonly id: string;
  readonly place: RegionPolicy;
  /** The nodes that may be handed out, by id: the same order in every fold of the same log. */
  readonly usable: readonly FleetNode[];
  /** All nodes known in the region, usable or not. */
  readonly nodeCount: number;
  /** Σ load ÷ Σ capacity over usable nodes, per part, then the largest; `null` when no part is known. */
  readonly measured: number | null;
  /** The share of the capacity that reservations are expected to take. */
  readonly reserved: number;
}

/** Keeps the sums that make a region's utilization cost the same for 1 node and for 10,000. */
export class RegionState implements FleetRegion {
  readonly usable: NodeState[] = [];
  nodeCount = 0;
  private kbps = 0;
  private kbpsCapacity = 0;
  private allocations = 0;
  private allocationsCapacity = 0;
  private cpuMilli = 0;
  private cpuCapacity = 0;
  private reservations = 0;

  constructor(
    readonly id: string,
    readonly place: RegionPolicy,
    private readonly unit: ReservationUnit,
  ) {}

  add(node: NodeState): void {
    this.usable.splice(this.indexOf(node.id), 0, node);
    this.count(node, 1);
  }

  remove(node: NodeState): void {
    this.usable.splice(this.indexOf(node.id), 1);
    this.count(node, -1);
  }

  /** Adds (`sign` 1) or takes away (-1) what a usable node contributes; call around every change of it. */
  count({ load, tally }: NodeState, sign: 1 | -1): void {
    if (load.kbps !== null && load.kbpsCapacity !== null) {
      this.kbps += sign * load.kbps;
      this.kbpsCapacity += sign * load.kbpsCapacity;
    }
    if (load.allocations !== null && load.allocationsCapacity !== null) {
      this.allocations += sign * load.allocations;
      this.allocationsCapacity += sign * load.allocationsCapacity;
    }
    if (load.cpuMilli !== null) {
      this.cpuMilli += sign * load.cpuMilli;
      this.cpuCapacity += sign * CPU_CAPACITY_MILLI;
    }
    this.reservations += sign * tally.count;
  }

  countReservations(by: number): void {
    this.reservations += by;
  }

  get measured(): number | null {
    let largest = -1;
    if (this.kbpsCapacity > 0) largest = this.kbps / this.kbpsCapacity;
    if (this.allocationsCapacity > 0) {
      largest = Math.max(largest, this.allocations / this.allocationsCapacity);
    }
    if (this.cpuCapacity > 0) largest = Math.max(largest, this.cpuMilli / this.cpuCapacity);
    return largest < 0 ? null : largest;
  }

  get reserved(): number {
    const { reservations, unit, kbpsCapacity, allocationsCapacity, usable } = this;
    return reservedShare(reservations, unit, kbpsCapacity, allocationsCapacity, usable.length);
  }

  /** Where a node of this id is, or would be inserted. */
  private indexOf(id: string): number {
    let low = 0;
    let high = this.usable.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const node = this.usable[middle];
      if (node && node.id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
