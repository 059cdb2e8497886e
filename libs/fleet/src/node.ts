import { timestampMs, type Command, type Heartbeat, type PolicyDocument } from '@spillway/contracts';
import type { Freshness } from './freshness.js';
import { hashText, mix32 } from './hash.js';
import type { NodeLoad } from './load.js';
import { NodeRow } from './node-row.js';
import { REGION, TALLY, type NodeRows, type Slot } from './node-rows.js';
import type { Dated } from './region-events.js';
import type { RegionState } from './region.js';
import { placeOf } from './place.js';
import type { Tally } from './tallies.js';
import { transportsOfUrls, type TransportSet } from './transports.js';
import { isBelowVersion } from './version.js';

/**
 * What a choice reads of a node, and answering with it. In a large fleet the rest of it costs a look into memory more.
 * Two of the same node have the same slot, and need not be the same object.
 */
export interface Candidate {
  readonly id: string;
  /** Where what is kept of nodes beside the fold can have its place: see `edition`. */
  readonly slot: Slot;
  /** Another whenever the node's URLs or its secret's epoch are, and never that of two nodes. */
  readonly edition: number;
  /** What its TURN URIs offer to clients. */
  readonly transports: TransportSet;
  readonly freshness: Freshness;
  /** Log time of its last heartbeat, in ms. */
  readonly lastSeenAt: number;
  /** Milliseconds from there until its next, as it said. */
  readonly intervalMs: number;
  /** The largest known part of its load as its heartbeat told it, 0–1 and above; `null` when unknown. */
  readonly measured: number | null;
  /** The share of its capacity that its reservations are expected to take. */
  readonly reserved: number;
  /** Credentials its heartbeats do not show yet: issued for it, and expected of the other routers' untold part. */
  readonly reservations: number;
  /** All of it. */
  readonly node: FleetNode;
}

/** One node as the fold knows it. Outside this package it is read only. */
export interface FleetNode extends Candidate {
  readonly heartbeat: Heartbeat;
  readonly load: NodeLoad;
  /** Its TURN URIs; the same array for as long as they are the same, so that what is derived can be kept by it. */
  readonly urls: readonly string[];
  /** The last command to it on the log, whether or not it obeys. */
  readonly command: Dated<Command> | undefined;
  /**
   * It was told to drain, which it may not have begun to. A command for another instance does not count, nor one
   * that had expired when the node was heard without having taken it up.
   */
  readonly isDrainOrdered: boolean;
  /** May be handed out: serving, not told to drain, not unknown, in a region of the policy, not below the version floor. */
  readonly isUsable: boolean;
}

/** The same node, from inside the fold. What a candidate tells is in its row. */
export class NodeState extends NodeRow implements FleetNode {
  heartbeat: Heartbeat;
  load: NodeLoad;
  urls: readonly string[];
  command: Dated<Command> | undefined;
  isDrainOrdered = false;
  /** As it was joined to the others' last: see `digest`. */
  mark = 0;
  /** The region of the policy that it is in. */
  region: RegionState | undefined;
  readonly place: string;
  private readonly placeHash: number;

  constructor(
    rows: NodeRows,
    heartbeat: Heartbeat,
    at: number,
    load: NodeLoad,
    readonly tally: Tally,
  ) {
    const isTaken = tally.nodes.some(({ slot }) => slot === tally.slot);
    super(isTaken ? rows.take(tally.nodeId) : tally.slot, rows);
    rows.nodes[this.slot] = this;
    rows.setInteger(this.slot, TALLY, tally.slot);
    this.heartbeat = heartbeat;
    this.place = placeOf(heartbeat.region, heartbeat.nodeId);
    this.placeHash = hashText(this.place);
    this.urls = heartbeat.urls;
    this.load = load;
    this.writeState(transportsOfUrls(heartbeat.urls), false, 'fresh');
    this.writeHeard(at, heartbeat.intervalMs);
    this.writeLoad(load);
    this.beginEdition();
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
    const { secretEpoch } = this.heartbeat;
    this.heartbeat = heartbeat;
    this.writeHeard(at, heartbeat.intervalMs);
    const { urls } = heartbeat;
    const isOfferedAlike = isSameList(urls, this.urls);
    if (!isOfferedAlike) {
      this.urls = urls;
      this.writeState(transportsOfUrls(urls), this.isUsable, this.freshness);
    }
    if (!isOfferedAlike || heartbeat.secretEpoch !== secretEpoch) this.beginEdition();
    this.setLoad(load);
    if (this.command) this.order(this.command);
  }

  order(command: Dated<Command>): void {
    this.command = command;
    this.isDrainOrdered = isDrainOrder(command.event, this.heartbeat, this.lastSeenAt);
  }

  setLoad(load: NodeLoad): void {
    this.load = load;
    this.writeLoad(load);
  }

  setFreshness(freshness: Freshness): void {
    this.writeState(this.transports, this.isUsable, freshness);
  }

  setUsable(isUsable: boolean): void {
    this.writeState(this.transports, isUsable, this.freshness);
  }

  setRegion(region: RegionState | undefined): void {
    this.region = region;
    this.rows.setInteger(this.slot, REGION, region?.number ?? 0);
  }

  /** It is forgotten: what was known of it last can still be read by who holds it. */
  leaveRow(): void {
    const { rows, slot, tally } = this;
    this.rows = rows.copyOf(slot);
    this.slot = 0;
    if (slot === tally.slot) rows.nodes[slot] = undefined;
    else rows.release(slot);
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
}: Pick<Candidate, 'measured' | 'reserved'>): number | null {
  return measured === null ? null : measured + reserved;
}
