import { NO_RESERVATION, type ReservationUnit } from './load.js';
import type { FleetNode } from './node.js';

/** The number of a row, a node's own for as long as the fold knows the node; afterwards it may be another's. */
export type Slot = number;

/** A row is 64 bytes, a line of the processor's cache: 4 numbers, then 8 integers. */
export const NUMBERS = 8;
export const INTEGERS = 16;
/** Columns of numbers. */
export const MEASURED = 0;
export const LAST_SEEN = 1;
export const KBPS_CAPACITY = 2;
export const ALLOCATIONS_CAPACITY = 3;
/** Columns of integers. */
export const INTERVAL = 8;
export const EDITION = 9;
/** Its transports, above them whether it may be handed out, and its freshness. */
export const STATE = 10;
/** Of the policy, by its number. */
export const REGION = 11;
/** The row that counts what is issued for it: its own, but for the second node of the same id. */
export const TALLY = 12;
/** Of such a row: credentials that count, and what needs it to be kept. */
export const COUNT = 13;
export const NEEDS = 14;

/** Of a node that is forgotten. */
export const NO_TALLY = -1;

/** Where a node is, as far as its reservations go. */
export interface Reserving {
  /** What one reservation there takes. */
  readonly unit: ReservationUnit;
  countReservations(by: number): void;
}

/** Where nodes are that are in no region of the policy: number 0. */
class Outside implements Reserving {
  unit = NO_RESERVATION;
  countReservations(): void {}
}

/**
 * What a decision reads and writes of nodes, a row a node, side by side. In a large fleet a node that is drawn, or one
 * whose reservation ends, is in no cache of the processor, and each object that knows something of it would be a look
 * into main memory.
 */
export class NodeRows {
  numbers = new Float64Array(NUMBERS);
  integers = new Int32Array(this.numbers.buffer);
  /** These are no numbers, and have columns of their own. */
  readonly ids: string[] = [];
  readonly nodes: (FleetNode | undefined)[] = [];
  readonly outside = new Outside();
  /** By their numbers. */
  regions: readonly Reserving[] = [this.outside];
  /** Of the regions, by their numbers: see `Fleet.revisions`. */
  revisions = new Int32Array(1);
  private readonly free: Slot[] = [];
  private editions = 0;

  take(id: string): Slot {
    const slot = this.free.pop() ?? this.ids.length;
    if (NUMBERS * slot >= this.numbers.length) this.grow();
    this.numbers.fill(0, NUMBERS * slot, NUMBERS * (slot + 1));
    this.integers[INTEGERS * slot + TALLY] = slot;
    this.ids[slot] = id;
    this.nodes[slot] = undefined;
    return slot;
  }

  release(slot: Slot): void {
    this.nodes[slot] = undefined;
    this.free.push(slot);
  }

  /** The row of a node that is forgotten, for who still holds it. */
  copyOf(slot: Slot): NodeRows {
    const copy = new NodeRows();
    copy.numbers.set(this.numbers.subarray(NUMBERS * slot, NUMBERS * (slot + 1)));
    copy.integers[TALLY] = NO_TALLY;
    copy.ids.push(...this.ids.slice(slot, slot + 1));
    copy.nodes.push(...this.nodes.slice(slot, slot + 1));
    return copy;
  }

  /** In the order of their numbers, from 1. */
  setRegions(regions: readonly Reserving[]): void {
    this.regions = [this.outside, ...regions];
    this.revisions = new Int32Array(this.regions.length);
  }

  /** Never the same twice. */
  nextEdition(): number {
    return ++this.editions;
  }

  integer(slot: Slot, column: number): number {
    return this.integers[INTEGERS * slot + column] ?? 0;
  }
  setInteger(slot: Slot, column: number, value: number): void {
    this.integers[INTEGERS * slot + column] = value;
  }
  number(slot: Slot, column: number): number {
    return this.numbers[NUMBERS * slot + column] ?? NaN;
  }
  setNumber(slot: Slot, column: number, value: number): void {
    this.numbers[NUMBERS * slot + column] = value;
  }

  private grow(): void {
    const numbers = new Float64Array(2 * this.numbers.length);
    numbers.set(this.numbers);
    this.numbers = numbers;
    this.integers = new Int32Array(numbers.buffer);
  }
}
