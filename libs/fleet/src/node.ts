import type { Heartbeat } from '@spillway/contracts';
import type { Freshness } from './freshness.js';
import { measuredUtilization, reservedShare, type NodeLoad, type ReservationUnit } from './load.js';
import type { Tally } from './reservations.js';
import { transportsOfUrls, type TransportSet } from './transports.js';

/** One node as the fold knows it. Outside this package it is read only. */
export interface FleetNode {
  readonly id: string;
  readonly heartbeat: Heartbeat;
  readonly load: NodeLoad;
  /** Its TURN URIs; the same array for as long as they are the same, so that what is derived can be kept by it. */
  readonly urls: readonly string[];
  /** What they offer to clients. */
  readonly transports: TransportSet;
  /** Log time of its last heartbeat, in ms. */
  readonly lastSeenAt: number;
  readonly freshness: Freshness;
  /** May be handed out: serving, not unknown, in a region of the policy, not below the version floor. */
  readonly isUsable: boolean;
  /** Credentials issued for it that its heartbeats do not show yet. */
  readonly reservations: number;
  /** The largest known part of its load as its heartbeat told it, 0–1 and above; `null` when unknown. */
  readonly measured: number | null;
  /** The share of its capacity that its reservations are expected to take. */
  readonly reserved: number;
}

/** The same node, from inside the fold. */
export class NodeState implements FleetNode {
  heartbeat: Heartbeat;
  load: NodeLoad;
  urls: readonly string[];
  transports: TransportSet;
  lastSeenAt: number;
  freshness: Freshness = 'fresh';
  isUsable = false;
  measured: number | null;
  reserved = 0;

  constructor(
    heartbeat: Heartbeat,
    at: number,
    load: NodeLoad,
    readonly tally: Tally,
  ) {
    this.heartbeat = heartbeat;
    this.lastSeenAt = at;
    this.urls = heartbeat.urls;
    this.transports = transportsOfUrls(heartbeat.urls);
    this.load = load;
    this.measured = measuredUtilization(load);
  }

  get reservations(): number {
    return this.tally.count;
  }

  get id(): string {
    return this.heartbeat.nodeId;
  }

  hear(heartbeat: Heartbeat, at: number, load: NodeLoad, unit: ReservationUnit): void {
    this.heartbeat = heartbeat;
    this.lastSeenAt = at;
    const { urls } = heartbeat;
    if (urls.length !== this.urls.length || urls.some((url, i) => url !== this.urls[i])) {
      this.urls = urls;
      this.transports = transportsOfUrls(urls);
    }
    this.setLoad(load, unit);
  }

  setLoad(load: NodeLoad, unit: ReservationUnit): void {
    this.load = load;
    this.measured = measuredUtilization(load);
    this.weighReservations(unit);
  }

  weighReservations(unit: ReservationUnit): void {
    this.reserved = reservedShare(
      this.tally.count,
      unit,
      this.load.kbpsCapacity,
      this.load.allocationsCapacity,
    );
  }
}

/** Measured utilization plus reservations; `null` when nothing is measured: unknown is never zero. */
export function utilizationOf({
  measured,
  reserved,
}: Pick<FleetNode, 'measured' | 'reserved'>): number | null {
  return measured === null ? null : measured + reserved;
}
