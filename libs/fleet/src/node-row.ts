import type { Freshness } from './freshness.js';
import { measuredUtilization, reservedShare, type NodeLoad } from './load.js';
import type { FleetNode } from './node.js';
import {
  ALLOCATIONS_CAPACITY,
  COUNT,
  EDITION,
  INTERVAL,
  KBPS_CAPACITY,
  LAST_SEEN,
  MEASURED,
  NO_TALLY,
  REGION,
  STATE,
  TALLY,
  type NodeRows,
  type Reserving,
  type Slot,
} from './node-rows.js';
import { ALL_TRANSPORTS, type TransportSet } from './transports.js';

/** Bits of a state, above the transports. */
const USABLE = 8;
const FRESHNESS_SHIFT = 4;
const FRESHNESSES: readonly Freshness[] = ['fresh', 'suspect', 'unknown'];

/** A node as it is held against others and handed out: one row, and the way to the whole of it, a look more. */
export class NodeRow {
  constructor(
    public slot: Slot,
    protected rows: NodeRows,
  ) {}

  get id(): string {
    return this.rows.ids[this.slot] ?? '';
  }
  get node(): FleetNode {
    const node = this.rows.nodes[this.slot];
    if (!node) throw new RangeError(`No node in row ${this.slot}`);
    return node;
  }
  get measured(): number | null {
    const measured = this.rows.number(this.slot, MEASURED);
    return Number.isNaN(measured) ? null : measured;
  }
  get lastSeenAt(): number {
    return this.rows.number(this.slot, LAST_SEEN);
  }
  get intervalMs(): number {
    return this.rows.integer(this.slot, INTERVAL);
  }
  get edition(): number {
    return this.rows.integer(this.slot, EDITION);
  }
  get transports(): TransportSet {
    return this.rows.integer(this.slot, STATE) & ALL_TRANSPORTS;
  }
  get isUsable(): boolean {
    return (this.rows.integer(this.slot, STATE) & USABLE) !== 0;
  }
  get freshness(): Freshness {
    return FRESHNESSES[this.rows.integer(this.slot, STATE) >> FRESHNESS_SHIFT] ?? 'unknown';
  }
  /** The row that counts what is issued for it. */
  get tallySlot(): Slot {
    return this.rows.integer(this.slot, TALLY);
  }
  get reservations(): number {
    const { tallySlot } = this;
    return tallySlot === NO_TALLY ? 0 : this.rows.integer(tallySlot, COUNT);
  }
  /** Reckoned when it is asked for: it changes with every credential, and is asked for with few. */
  get reserved(): number {
    const { reservations, rows, slot } = this;
    if (reservations === 0) return 0;
    const { unit } = rows.regions[rows.integer(slot, REGION)] ?? rows.outside;
    const kbpsCapacity = rows.number(slot, KBPS_CAPACITY);
    return reservedShare(reservations, unit, kbpsCapacity, rows.number(slot, ALLOCATIONS_CAPACITY));
  }

  protected writeHeard(at: number, intervalMs: number): void {
    this.rows.setNumber(this.slot, LAST_SEEN, at);
    this.rows.setInteger(this.slot, INTERVAL, intervalMs);
  }

  protected writeLoad(load: NodeLoad): void {
    const { rows, slot } = this;
    rows.setNumber(slot, MEASURED, measuredUtilization(load) ?? NaN);
    rows.setNumber(slot, KBPS_CAPACITY, load.kbpsCapacity ?? 0);
    rows.setNumber(slot, ALLOCATIONS_CAPACITY, load.allocationsCapacity ?? 0);
  }

  protected writeState(transports: TransportSet, isUsable: boolean, freshness: Freshness): void {
    const state = transports | (isUsable ? USABLE : 0);
    this.rows.setInteger(this.slot, STATE, state | (FRESHNESSES.indexOf(freshness) << FRESHNESS_SHIFT));
  }

  /** Call when what is answered with it has changed. */
  protected beginEdition(): void {
    this.rows.setInteger(this.slot, EDITION, this.rows.nextEdition());
  }
}

/** The region in which the node of a row may be handed out. */
export function servingRegion(rows: NodeRows, slot: Slot): Reserving | undefined {
  const isUsable = (rows.integer(slot, STATE) & USABLE) !== 0;
  return isUsable ? rows.regions[rows.integer(slot, REGION)] : undefined;
}
