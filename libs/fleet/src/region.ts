import type { Overload, RegionPolicy, Scale, Spillover } from '@spillway/contracts';
import { mix32 } from './hash.js';
import {
  CPU_CAPACITY_MILLI,
  credentialsHeld,
  largestPart,
  reservedShare,
  unitOfCredential,
  type ReservationUnit,
} from './load.js';
import type { Candidate, FleetNode, NodeState } from './node.js';
import { NodeRow } from './node-row.js';
import type { NodeRows } from './node-rows.js';
import type { Dated, RegionEvents } from './region-events.js';
import { SlotList } from './slot-list.js';
import { indexById } from './sorted.js';

/** Sums over usable nodes, in integers; a node counts in a part only when its load and capacity are known. */
export interface RegionTotals {
  readonly kbps: number;
  readonly kbpsCapacity: number;
  readonly allocations: number;
  readonly allocationsCapacity: number;
  readonly cpuMilli: number;
  readonly cpuCapacity: number;
}

/** One region of the policy and the nodes in it. Outside this package it is read only. */
export interface FleetRegion {
  readonly id: string;
  readonly place: RegionPolicy;
  /** The nodes that may be handed out, by id: the same order in every fold of the same log. */
  readonly usable: readonly FleetNode[];
  /** One of `usable`, by its index. */
  candidate(index: number): Candidate;
  /** All nodes known in the region, usable or not. */
  readonly nodeCount: number;
  /** Those that are suspect or unknown and did not say that they stopped. */
  readonly silentCount: number;
  readonly totals: RegionTotals;
  /** Σ load ÷ Σ capacity over usable nodes, per part, then the largest; `null` when no part is known. */
  readonly measured: number | null;
  /**
   * The share of the capacity that reservations are expected to take beyond what ends meanwhile: in a region where as
   * many calls end as begin, nothing. Never below 0.
   */
  readonly reserved: number;
  /** Measured plus reserved; `null` when nothing is measured: unknown is never zero. */
  readonly utilization: number | null;
  /** How many credentials' load its usable nodes hold: small regions are noisy. Infinity when not known. */
  readonly holds: number;
  /** What one issued credential is expected to add: as the autoscaler learned it, else as the policy says. */
  readonly unit: ReservationUnit;
  /** The last of its kind on the log. */
  readonly spillover: Dated<Spillover> | undefined;
  readonly overload: Dated<Overload> | undefined;
  readonly plan: Dated<Scale> | undefined;
  /** Of its own among the regions of the policy, from 1: its place in `Fleet.revisions`. */
  readonly number: number;
}

type Sums = { -readonly [Part in keyof RegionTotals]: RegionTotals[Part] };

/** Keeps the sums that make a region's utilization cost the same for 1 node and for 10,000. */
export class RegionState implements FleetRegion {
  readonly usable: NodeState[] = [];
  /** Where their rows are, in the same order. */
  private readonly slots = new SlotList();
  nodeCount = 0;
  silentCount = 0;
  unit: ReservationUnit;
  private readonly sums: Sums = {
    kbps: 0,
    kbpsCapacity: 0,
    allocations: 0,
    allocationsCapacity: 0,
    cpuMilli: 0,
    cpuCapacity: 0,
  };
  private reservations = 0;
  private weighedAt = -1;
  private weighed: { measured: number | null; reserved: number } = { measured: null, reserved: 0 };

  constructor(
    readonly id: string,
    readonly place: RegionPolicy,
    readonly number: number,
    private readonly rows: NodeRows,
    readonly events: RegionEvents,
    private readonly policyUnit: ReservationUnit,
    /** The share of the load that ends while a reservation counts. */
    private readonly turnover: number,
  ) {
    this.unit = this.currentUnit();
  }

  add(node: NodeState): void {
    const index = indexById(this.usable, node.id);
    this.usable.splice(index, 0, node);
    this.slots.insert(index, node.slot);
    this.count(node, 1);
  }

  remove(node: NodeState): void {
    const index = indexById(this.usable, node.id);
    this.usable.splice(index, 1);
    this.slots.remove(index);
    this.count(node, -1);
  }

  candidate(index: number): Candidate {
    return new NodeRow(this.slots.at(index), this.rows);
  }

  /** Of a node that stays in use: before its load changes, and after. */
  uncount(node: NodeState): void {
    this.count(node, -1);
  }
  recount(node: NodeState): void {
    this.count(node, 1);
  }

  countReservations(by: number): void {
    this.reservations += by;
    this.revise();
  }

  /** Call when a spillover has come. */
  priceChanged(): void {
    this.revise();
    this.unit = this.currentUnit();
  }

  get spillover(): Dated<Spillover> | undefined {
    return this.events.spillover;
  }
  get overload(): Dated<Overload> | undefined {
    return this.events.overload;
  }
  get plan(): Dated<Scale> | undefined {
    return this.events.plan;
  }
  get totals(): RegionTotals {
    return { ...this.sums };
  }
  get measured(): number | null {
    return this.weigh().measured;
  }
  get reserved(): number {
    return this.weigh().reserved;
  }
  get utilization(): number | null {
    const { measured, reserved } = this.weigh();
    return measured === null ? null : measured + reserved;
  }

  get holds(): number {
    return credentialsHeld(this.unit, this.sums);
  }

  /** Of what this was made from: see `Fleet.digest`. */
  digest(): number {
    const { nodeCount, silentCount, usable, reservations, spillover } = this;
    const counts = [nodeCount, silentCount, usable.length, reservations, spillover?.at ?? 0];
    return counts.reduce((digest, count) => mix32(digest ^ count), 0);
  }

  private get revision(): number {
    return this.rows.revisions[this.number] ?? 0;
  }
  private revise(): void {
    this.rows.revisions[this.number] = this.revision + 1;
  }

  private currentUnit(): ReservationUnit {
    const { spillover } = this.events;
    return spillover ? unitOfCredential(spillover.event.loadPerCredential) : this.policyUnit;
  }

  /** Adds (`sign` 1) or takes away (-1) what a usable node contributes. */
  private count({ load, reservations }: NodeState, sign: 1 | -1): void {
    const { sums } = this;
    if (load.kbps !== null && load.kbpsCapacity !== null) {
      sums.kbps += sign * load.kbps;
      sums.kbpsCapacity += sign * load.kbpsCapacity;
    }
    if (load.allocations !== null && load.allocationsCapacity !== null) {
      sums.allocations += sign * load.allocations;
      sums.allocationsCapacity += sign * load.allocationsCapacity;
    }
    if (load.cpuMilli !== null) {
      sums.cpuMilli += sign * load.cpuMilli;
      sums.cpuCapacity += sign * CPU_CAPACITY_MILLI;
    }
    this.countReservations(sign * reservations);
  }

  /** Every decision asks several times; what changed since is weighed anew. */
  private weigh(): { readonly measured: number | null; readonly reserved: number } {
    const { weighed, sums, usable } = this;
    if (this.weighedAt === this.revision) return weighed;
    const { kbpsCapacity, allocationsCapacity } = sums;
    weighed.measured = largestPart(sums);
    weighed.reserved = reservedShare(
      this.reservations,
      this.unit,
      kbpsCapacity,
      allocationsCapacity,
      usable.length,
      { kbps: this.turnover * sums.kbps, allocations: this.turnover * sums.allocations },
    );
    this.weighedAt = this.revision;
    return weighed;
  }
}
