import { timestampMs, type Command, type Heartbeat, type PolicyDocument } from '@spillway/contracts';
import type { Freshness } from './freshness.js';
import { hashText, mix32 } from './hash.js';
import {
  measuredUtilization,
  NO_RESERVATION,
  reservedShare,
  type NodeLoad,
  type ReservationUnit,
} from './load.js';
import type { Dated } from './region-events.js';
import type { RegionState } from './region.js';
import { placeOf } from './place.js';
import type { Tally } from './tallies.js';
import { transportsOfUrls, type TransportSet } from './transports.js';
import { isBelowVersion } from './version.js';

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
  /** The last command to it on the log, whether or not it obeys. */
  readonly command: Dated<Command> | undefined;
  /**
   * It was told to drain, which it may not have begun to. A command for another instance does not count, nor one
   * that had expired when the node was heard without having taken it up.
   */
  readonly isDrainOrdered: boolean;
  /** May be handed out: serving, not told to drain, not unknown, in a region of the policy, not below the version floor. */
  readonly isUsable: boolean;
  /** Credentials its heartbeats do not show yet: issued for it, and expected of the other routers' untold part. */
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
  command: Dated<Command> | undefined;
  isDrainOrdered = false;
  /** As it was joined to the others' last: see `digest`. */
  mark = 0;
  /** The region of the policy that it is in. */
  region: RegionState | undefined;
  readonly id: string;
  readonly place: string;
  private readonly placeHash: number;
  private unit = NO_RESERVATION;

  constructor(
    heartbeat: Heartbeat,
    at: number,
    load: NodeLoad,
    readonly tally: Tally,
  ) {
    this.heartbeat = heartbeat;
    this.id = heartbeat.nodeId;
    this.place = placeOf(heartbeat.region, heartbeat.nodeId);
    this.placeHash = hashText(this.place);
    this.lastSeenAt = at;
    this.urls = heartbeat.urls;
    this.transports = transportsOfUrls(heartbeat.urls);
    this.load = load;
    this.measured = measuredUtilization(load);
  }

  get reservations(): number {
    return this.tally.count;
  }

  /** Weighed when it is asked for: it changes with every credential, and is asked for with few. */
  get reserved(): number {
    const { tally, unit, load } = this;
    // Of most nodes of a large fleet nothing is reserved, and their loads are in no cache of the processor.
    if (tally.count === 0) return 0;
    return reservedShare(tally.count, unit, load.kbpsCapacity, load.allocationsCapacity);
  }

  /** As far as the node itself is concerned, it may be handed out. */
  get isServing(): boolean {
    const { heartbeat, isDrainOrdered, freshness } = this;
    const isReady = heartbeat.state === 'serving' && heartbeat.kind === 'turn';
    return isReady && !isDrainOrdered && freshness !== 'unknown';
  }

  /** Differs with what it was last heard to say, and when; not with its load. See `Fleet.digest`. */
  digest(): number {
    const { lastSeenAt, heartbeat, isDrainOrdered, placeHash, command } = this;
    const pending = command && lastSeenAt < timestampMs(command.event.expiresAt) ? command.at : 0;
    const isKeptFromServing = isDrainOrdered && heartbeat.state === 'serving';
    const heard = mix32(placeHash ^ lastSeenAt) + 2 * heartbeat.seq + (isKeptFromServing ? 1 : 0);
    return mix32(mix32(heard) ^ pending);
  }

  hear(heartbeat: Heartbeat, at: number, load: NodeLoad): void {
    this.heartbeat = heartbeat;
    this.lastSeenAt = at;
    const { urls } = heartbeat;
    if (!isSameList(urls, this.urls)) {
      this.urls = urls;
      this.transports = transportsOfUrls(urls);
    }
    this.setLoad(load);
    if (this.command) this.order(this.command);
  }

  order(command: Dated<Command>): void {
    this.command = command;
    this.isDrainOrdered = isDrainOrder(command.event, this.heartbeat, this.lastSeenAt);
  }

  setLoad(load: NodeLoad): void {
    this.load = load;
    this.measured = measuredUtilization(load);
  }

  setUnit(unit: ReservationUnit): void {
    this.unit = unit;
  }
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Follows from the last command and the last heartbeat alone, in whatever order they are read. A node that is not
 * heard after the expiry may have begun to drain before it, so that alone takes nothing back.
 */
function isDrainOrder(command: Command, heartbeat: Heartbeat, lastSeenAt: number): boolean {
  if (command.command !== 'drain' || command.instanceId !== heartbeat.instanceId) return false;
  return heartbeat.commandId === command.id || lastSeenAt < timestampMs(command.expiresAt);
}

/** It is heard as often, and nothing of it differs that decides whether it is handed out. */
export function isAlike(before: Heartbeat, after: Heartbeat): boolean {
  return (
    before.state === after.state &&
    before.kind === after.kind &&
    before.intervalMs === after.intervalMs &&
    before.software.version === after.software.version &&
    before.software.name === after.software.name
  );
}

/** A node that does not tell its version is taken to be new enough: the floor is for known bad ones. */
export function isBelowFloor(
  { software }: Heartbeat,
  floors: PolicyDocument['versionFloor'] | undefined,
): boolean {
  const floor = floors?.[software.name.toLowerCase()];
  return floor !== undefined && software.version !== null && isBelowVersion(software.version, floor);
}

/** Measured utilization plus reservations; `null` when nothing is measured: unknown is never zero. */
export function utilizationOf({
  measured,
  reserved,
}: Pick<FleetNode, 'measured' | 'reserved'>): number | null {
  return measured === null ? null : measured + reserved;
}
