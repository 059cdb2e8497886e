import {
  MAX_RAMP_SECONDS,
  type Command,
  type Heartbeat,
  type Issued,
  type LogEntry,
  type LogEvent,
  type PolicyDocument,
} from '@spillway/contracts';
import { Commands } from './commands.js';
import { Deadlines } from './deadlines.js';
import { freshnessDeadline, type Freshness } from './freshness.js';
import { LiveRouters, ROUTER_LIVE_MS } from './live-routers.js';
import { loadOf, reservationUnit, type ReservationUnit } from './load.js';
import { LogClock } from './log-clock.js';
import { NodeState, type FleetNode } from './node.js';
import { OutsideEvents, type RegionEvents } from './region-events.js';
import { RegionState, type FleetRegion } from './region.js';
import { Reservations, type Tally } from './reservations.js';
import { placeOf, Roster } from './roster.js';
import { SilenceWatch } from './silence.js';
import { TOLD_AFTER_MS, Untold } from './untold.js';
import { isBelowVersion } from './version.js';

/** Nodes the fold knows at most; a flood of forged ids ends here. */
export const MAX_NODES = 200_000;
/** Nodes it remembers in regions that the policy does not name (it may name them later). */
export const MAX_NODES_OUTSIDE = 1_000;

/** What became of an entry. All but `applied` are worth counting. */
export type FoldOutcome =
  'applied' | 'ignored' | 'old-sequence' | 'old-generation' | 'unknown-region' | 'fleet-full';

const NO_RESERVATION: ReservationUnit = { kbps: 0, allocations: 0 };

type RegionEvent = Extract<LogEvent, { kind: 'overload' | 'spillover' | 'scale' }>;

/**
 * The state of the fleet: the fold of the log. Time is log time (see `LogClock`), handed in by the caller; the
 * same entries and times give the same state, and one that starts from the last message of every subject plus
 * the last `issued` batches arrives at the state of one that folded everything.
 *
 * It changes in place – copying 10,000 nodes for every heartbeat would be the alternative – but lets out
 * read-only views only.
 */
export class Fleet {
  readonly clock = new LogClock();
  private readonly roster = new Roster();
  private readonly regionsById = new Map<string, RegionState>();
  private readonly outsideEvents = new OutsideEvents();
  private readonly commands = new Commands();
  private readonly deadlines = new Deadlines<NodeState>();
  private readonly reservations = new Reservations();
  private readonly untold = new Untold((tally, by) => this.tallyChanged(tally, by));
  private readonly otherRouters = new LiveRouters();
  private readonly silence = new SilenceWatch();
  /** Nodes silent for so long that they are unknown, or would be if they were not held. */
  private readonly longSilent = new Set<NodeState>();
  private policyInForce: PolicyDocument | undefined;
  private policyUnit = NO_RESERVATION;
  private lastPosition = 0;
  private lastNow = 0;
  private outsideNodes = 0;
  private linkLost = false;
  /** Silence before this log time is the link's, not the nodes'. */
  private graceFrom = 0;

  /** @param ownBootId batches of this run of this router are not counted: it reserved when it issued. */
  constructor(private readonly ownBootId?: string) {}

  /** Position in the log this view stands at; 0 before the first entry. */
  get position(): number {
    return this.lastPosition;
  }
  /** Log time up to which time has been let pass, in ms. */
  get now(): number {
    return this.lastNow;
  }
  get policy(): PolicyDocument | undefined {
    return this.policyInForce;
  }
  /** The regions of the policy, in its order. */
  get regions(): ReadonlyMap<string, FleetRegion> {
    return this.regionsById;
  }
  /** By `region/node`. */
  get nodes(): ReadonlyMap<string, FleetNode> {
    return this.roster.byPlace;
  }
  node(region: string, id: string): FleetNode | undefined {
    return this.roster.byPlace.get(placeOf(region, id));
  }
  /** All nodes known in a region, named by the policy or not, usable or not, by id. */
  nodesIn(region: string): readonly FleetNode[] {
    return this.roster.inRegion(region);
  }
  /** Most of the fleet fell silent at once: the view is kept as it was. */
  get isBusSuspect(): boolean {
    return this.silence.isBusSuspect;
  }
  /** Routers whose batches have been read lately, this one included; 1 or more. */
  liveRouters(): number {
    return Math.max(1, this.otherRouters.count + (this.ownBootId === undefined ? 0 : 1));
  }

  /** Folds one entry in; `monotonicMs` is when it came. */
  apply({ position, at, event }: LogEntry, monotonicMs: number): FoldOutcome {
    const writtenAt = this.clock.observe(at, monotonicMs);
    this.lastPosition = position;
    this.advance(monotonicMs);
    switch (event.kind) {
      case 'heartbeat':
        return this.applyHeartbeat(event.heartbeat, writtenAt, this.lastNow);
      case 'issued':
        return this.applyIssued(event.issued, writtenAt, this.lastNow);
      case 'policy':
        return this.applyPolicy(event.policy, this.lastNow);
      case 'command':
        return this.applyCommand(event.region, event.node, event.command, writtenAt);
      case 'overload':
      case 'spillover':
      case 'scale':
        return this.applyRegionEvent(event, writtenAt);
    }
  }

  /** Lets time pass: freshness runs out, reservations end. Call before deciding anything. */
  advance(monotonicMs: number): void {
    const now = this.clock.now(monotonicMs);
    this.lastNow = now;
    this.endReservations(now);
    if (this.linkLost) return;
    this.ageRouters(now);
    for (let node = this.deadlines.pop(now); node; node = this.deadlines.pop(now)) this.age(node, now);
  }

  /** A credential for this node was issued now. */
  reserve(nodeId: string, monotonicMs: number): void {
    const now = this.clock.now(monotonicMs);
    this.untold.add(this.reserveAt(nodeId, now), now);
  }

  /** While the link to the log is down nothing ages; when it is back every node gets its full time again. */
  setLink(link: 'up' | 'down', monotonicMs: number): void {
    if (link === 'down') {
      this.advance(monotonicMs);
      this.linkLost = true;
    } else if (this.linkLost) {
      this.linkLost = false;
      this.graceFrom = this.clock.now(monotonicMs);
    }
  }

  private applyHeartbeat(heartbeat: Heartbeat, writtenAt: number, now: number): FoldOutcome {
    const { region } = heartbeat;
    let node = this.roster.byPlace.get(placeOf(region, heartbeat.nodeId));
    if (node && heartbeat.bootId === node.heartbeat.bootId && heartbeat.seq <= node.heartbeat.seq) {
      return 'old-sequence';
    }
    const isOutside = !this.regionsById.has(region);
    if (!node) {
      if (this.roster.byPlace.size >= MAX_NODES) return 'fleet-full';
      // Before the first policy every region is unknown, and the nodes must not be lost.
      if (isOutside && this.policyInForce && this.outsideNodes >= MAX_NODES_OUTSIDE) return 'unknown-region';
    }
    if (node) {
      this.leave(node);
      node.hear(heartbeat, writtenAt, loadOf(heartbeat, this.policyInForce?.maxNodeCapacity));
    } else {
      node = this.meet(heartbeat, writtenAt);
    }
    this.enter(node, 'fresh');
    this.longSilent.delete(node);
    this.deadlines.ensureBy(node, freshnessDeadline('fresh', writtenAt, heartbeat.intervalMs));
    if (this.silence.isBusSuspect) this.reconsiderSilence(now);
    return this.outcomeIn(region);
  }

  private applyIssued(issued: Issued, writtenAt: number, now: number): FoldOutcome {
    if (issued.bootId === this.ownBootId) return 'ignored';
    this.otherRouters.hear(issued.routerId, issued.bootId, writtenAt);
    this.ageRouters(now);
    for (const { nodes, ageMs } of issued.decisions) {
      // A router that was cut off sends what it issued meanwhile: that load is in the heartbeats by now.
      const decidedAt = writtenAt - ageMs;
      if (decidedAt + MAX_RAMP_SECONDS * 1000 <= now) continue;
      for (const nodeId of nodes) this.reserveAt(nodeId, decidedAt);
    }
    return 'applied';
  }

  private applyPolicy(policy: PolicyDocument, now: number): FoldOutcome {
    const nodes = [...this.roster.byPlace.values()];
    for (const node of nodes) this.leave(node);
    this.policyInForce = policy;
    this.policyUnit = reservationUnit(policy.reservation);
    this.reservations.revive();
    this.replaceRegions(policy);
    for (const node of nodes) {
      node.setUnit(this.unitIn(node.heartbeat.region));
      node.setLoad(loadOf(node.heartbeat, policy.maxNodeCapacity));
      this.enter(node, node.freshness);
      if (this.outsideNodes > MAX_NODES_OUTSIDE) this.forget(node);
    }
    this.endReservations(now);
    this.reconsiderSilence(now);
    return 'applied';
  }

  /** What is known of a region besides its nodes outlives its being named by the policy. */
  private replaceRegions({ regions }: PolicyDocument): void {
    for (const { id, events } of this.regionsById.values()) this.outsideEvents.keep(id, events);
    this.regionsById.clear();
    for (const [id, place] of Object.entries(regions)) {
      this.regionsById.set(id, new RegionState(id, place, this.outsideEvents.take(id), this.policyUnit));
    }
  }

  private applyCommand(region: string, nodeId: string, event: Command, at: number): FoldOutcome {
    const place = placeOf(region, nodeId);
    const command = { event, at };
    this.commands.keep(place, command);
    const node = this.roster.byPlace.get(place);
    if (node) {
      this.leave(node);
      node.order(command);
      this.enter(node, node.freshness);
    }
    return this.outcomeIn(region);
  }

  private applyRegionEvent(event: RegionEvent, at: number): FoldOutcome {
    const region = this.regionsById.get(event.region);
    const events = region?.events ?? this.outsideEvents.of(event.region);
    const isOld = isOldGeneration(event, events);
    switch (event.kind) {
      case 'overload':
        events.overload = { event: event.overload, at };
        break;
      case 'scale':
        events.plan = { event: event.scale, at };
        break;
      case 'spillover':
        events.spillover = { event: event.spillover, at };
        if (region?.priceChanged())
          for (const node of this.roster.inRegion(region.id)) node.setUnit(region.unit);
    }
    return isOld ? 'old-generation' : this.outcomeIn(event.region);
  }

  private outcomeIn(region: string): FoldOutcome {
    return this.policyInForce && !this.regionsById.has(region) ? 'unknown-region' : 'applied';
  }

  private unitIn(region: string): ReservationUnit {
    return this.regionsById.get(region)?.unit ?? this.policyUnit;
  }

  /** A node's deadline has come, or what holds it has changed: it is as fresh as its silence allows. */
  private age(node: NodeState, now: number): void {
    const { freshness, lastSeenAt, heartbeat } = node;
    const since = Math.max(lastSeenAt, freshness === 'unknown' ? 0 : this.graceFrom);
    const due = (from: Freshness) => freshnessDeadline(from, since, heartbeat.intervalMs);
    if (freshness === 'unknown' && this.silence.isHeld(lastSeenAt)) return this.become(node, 'suspect');
    if (due(freshness) > now) return this.deadlines.ensureBy(node, due(freshness));
    switch (freshness) {
      case 'fresh':
        this.become(node, 'suspect');
        this.reconsiderSilence(now);
        return this.deadlines.ensureBy(node, due('suspect'));
      case 'suspect':
        this.longSilent.add(node);
        if (this.silence.isHeld(lastSeenAt)) return;
        this.become(node, 'unknown');
        return this.deadlines.ensureBy(node, due('unknown'));
      case 'unknown':
        this.forget(node);
    }
  }

  private become(node: NodeState, freshness: Freshness): void {
    this.leave(node);
    this.enter(node, freshness);
  }

  /** Call when a node went silent, was heard again or is new. */
  private reconsiderSilence(now: number): void {
    if (!this.silence.reconsider(this.regionsById.values())) return;
    for (const node of this.longSilent) this.deadlines.ensureBy(node, now);
  }

  private reserveAt(nodeId: string, at: number): Tally {
    const tally = this.roster.named(nodeId)[0]?.tally ?? this.reservations.of(nodeId);
    if (this.reservations.add(tally, at)) this.tallyChanged(tally, 1);
    return tally;
  }

  private get rampMs(): number {
    return (this.policyInForce?.reservation.rampSeconds ?? MAX_RAMP_SECONDS) * 1000;
  }

  private endReservations(now: number): void {
    const isCutOff = this.linkLost || now < this.graceFrom + TOLD_AFTER_MS;
    this.untold.end(now - (isCutOff ? this.rampMs : TOLD_AFTER_MS));
    this.reservations.end(now, this.rampMs, (tally, by) => this.tallyChanged(tally, by));
  }

  private ageRouters(now: number): void {
    if (!this.linkLost && now >= this.graceFrom + ROUTER_LIVE_MS) this.otherRouters.age(now);
    this.untold.setOthers(this.liveRouters() - 1);
  }

  private tallyChanged({ nodeId }: Tally, by: number): void {
    for (const node of this.roster.named(nodeId)) {
      node.weighReservations();
      if (node.isUsable) this.regionsById.get(node.heartbeat.region)?.countReservations(by);
    }
  }

  /** Takes the node out of every count, before it changes. */
  private leave(node: NodeState): void {
    const region = this.regionsById.get(node.heartbeat.region);
    if (region) {
      region.nodeCount--;
      if (node.isUsable) region.remove(node);
      if (node.freshness !== 'fresh') this.countSilence(node, region, -1);
    } else {
      this.outsideNodes--;
    }
    node.isUsable = false;
  }

  /** Puts the node, as it is now, into every count. */
  private enter(node: NodeState, freshness: Freshness): void {
    node.freshness = freshness;
    const region = this.regionsById.get(node.heartbeat.region);
    if (!region) {
      // Its silence does not count: anybody may make up regions and nodes, and let them fall silent.
      this.outsideNodes++;
      return;
    }
    region.nodeCount++;
    if (freshness !== 'fresh') this.countSilence(node, region, 1);
    node.isUsable = isServing(node) && !isBelowFloor(node.heartbeat, this.policyInForce);
    if (node.isUsable) region.add(node);
  }

  private countSilence({ lastSeenAt, heartbeat }: NodeState, region: RegionState, by: 1 | -1): void {
    const isStopped = heartbeat.state === 'stopped';
    if (!isStopped) region.silentCount += by;
    this.silence.count(heartbeat.region, lastSeenAt, isStopped, by);
  }

  /** A node that is heard for the first time. */
  private meet(heartbeat: Heartbeat, at: number): NodeState {
    const { region, nodeId } = heartbeat;
    const load = loadOf(heartbeat, this.policyInForce?.maxNodeCapacity);
    const tally = this.roster.named(nodeId)[0]?.tally ?? this.reservations.of(nodeId);
    const node = new NodeState(heartbeat, at, load, tally, this.unitIn(region));
    const command = this.commands.of(placeOf(region, nodeId));
    if (command) node.order(command);
    this.roster.add(node);
    return node;
  }

  private forget(node: NodeState): void {
    this.leave(node);
    this.roster.remove(node);
    this.deadlines.forget(node);
    this.longSilent.delete(node);
  }
}

/** Written by an autoscaler that another has followed. */
function isOldGeneration(event: RegionEvent, { spillover, plan }: RegionEvents): boolean {
  switch (event.kind) {
    case 'overload':
      return false;
    case 'spillover':
      return event.spillover.generation < (spillover?.event.generation ?? 0);
    case 'scale':
      return event.scale.generation < (plan?.event.generation ?? 0);
  }
}

function isServing({ heartbeat, freshness, isDrainOrdered }: NodeState): boolean {
  const isReady = heartbeat.state === 'serving' && heartbeat.kind === 'turn';
  return isReady && !isDrainOrdered && freshness !== 'unknown';
}

/** A node that does not tell its version is taken to be new enough: the floor is for known bad ones. */
function isBelowFloor({ software }: Heartbeat, policy: PolicyDocument | undefined): boolean {
  const floor = policy?.versionFloor[software.name.toLowerCase()];
  return floor !== undefined && software.version !== null && isBelowVersion(software.version, floor);
}
