import {
  MAX_RAMP_SECONDS,
  type Heartbeat,
  type Issued,
  type LogEntry,
  type PolicyDocument,
} from '@spillway/contracts';
import { Deadlines } from './deadlines.js';
import { freshnessDeadline, type Freshness } from './freshness.js';
import { loadOf, reservationUnit, type NodeLoad, type ReservationUnit } from './load.js';
import { LogClock } from './log-clock.js';
import { NodeState, type FleetNode } from './node.js';
import { RegionState, type FleetRegion } from './region.js';
import { Reservations } from './reservations.js';
import { SilenceWatch } from './silence.js';
import { isBelowVersion } from './version.js';

/** Nodes the fold knows at most; a flood of forged ids ends here. */
export const MAX_NODES = 200_000;
/** Nodes it remembers in regions that the policy does not name (it may name them later). */
export const MAX_NODES_OUTSIDE = 1_000;

/** What became of an entry. All but `applied` are worth counting. */
export type FoldOutcome = 'applied' | 'ignored' | 'old-sequence' | 'unknown-region' | 'fleet-full';

const NO_RESERVATION: ReservationUnit = { kbps: 0, allocations: 0 };

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
  /** By region and node: what one region's subjects say never touches another's nodes. */
  private readonly nodesByPlace = new Map<string, NodeState>();
  /** Those of one node id, which should be one: what is issued is known by the id alone. */
  private readonly namesakes = new Map<string, NodeState[]>();
  private readonly regionsById = new Map<string, RegionState>();
  private readonly deadlines = new Deadlines<NodeState>();
  private readonly reservations = new Reservations();
  private readonly silence = new SilenceWatch();
  /** Nodes silent for so long that they are unknown, or would be if they were not held. */
  private readonly longSilent = new Set<NodeState>();
  private policyInForce: PolicyDocument | undefined;
  private unit = NO_RESERVATION;
  private lastPosition = 0;
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
  get policy(): PolicyDocument | undefined {
    return this.policyInForce;
  }
  /** The regions of the policy, in its order. */
  get regions(): ReadonlyMap<string, FleetRegion> {
    return this.regionsById;
  }
  /** By `region/node`. */
  get nodes(): ReadonlyMap<string, FleetNode> {
    return this.nodesByPlace;
  }
  node(region: string, id: string): FleetNode | undefined {
    return this.nodesByPlace.get(placeOf(region, id));
  }
  /** Most of the fleet fell silent at once: the view is kept as it was. */
  get isBusSuspect(): boolean {
    return this.silence.isBusSuspect;
  }

  /** Folds one entry in; `monotonicMs` is when it came. */
  apply({ position, at, event }: LogEntry, monotonicMs: number): FoldOutcome {
    const writtenAt = this.clock.observe(at, monotonicMs);
    this.lastPosition = position;
    this.advance(monotonicMs);
    switch (event.kind) {
      case 'heartbeat':
        return this.applyHeartbeat(event.heartbeat, writtenAt, this.clock.now(monotonicMs));
      case 'issued':
        return this.applyIssued(event.issued, writtenAt, this.clock.now(monotonicMs));
      case 'policy':
        return this.applyPolicy(event.policy, this.clock.now(monotonicMs));
      case 'command':
      case 'overload':
      case 'spillover':
      case 'scale':
        return 'ignored';
    }
  }

  /** Lets time pass: freshness runs out, reservations end. Call before deciding anything. */
  advance(monotonicMs: number): void {
    const now = this.clock.now(monotonicMs);
    this.endReservations(now);
    if (this.linkLost) return;
    for (let node = this.deadlines.pop(now); node; node = this.deadlines.pop(now)) this.age(node, now);
  }

  /** A credential for this node was issued now. */
  reserve(nodeId: string, monotonicMs: number): void {
    this.reserveAt(nodeId, this.clock.now(monotonicMs));
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
    const place = placeOf(heartbeat.region, heartbeat.nodeId);
    let node = this.nodesByPlace.get(place);
    if (node && heartbeat.bootId === node.heartbeat.bootId && heartbeat.seq <= node.heartbeat.seq) {
      return 'old-sequence';
    }
    const isOutside = !this.regionsById.has(heartbeat.region);
    if (!node) {
      if (this.nodesByPlace.size >= MAX_NODES) return 'fleet-full';
      // Before the first policy every region is unknown, and the nodes must not be lost.
      if (isOutside && this.policyInForce && this.outsideNodes >= MAX_NODES_OUTSIDE) return 'unknown-region';
    }
    const load = loadOf(heartbeat, this.policyInForce?.maxNodeCapacity);
    if (node) {
      this.leave(node);
      node.hear(heartbeat, writtenAt, load, this.unit);
    } else {
      node = this.meet(heartbeat, writtenAt, load);
      this.nodesByPlace.set(place, node);
    }
    this.enter(node, 'fresh');
    this.longSilent.delete(node);
    this.deadlines.ensureBy(node, freshnessDeadline('fresh', writtenAt, heartbeat.intervalMs));
    if (this.silence.isBusSuspect) this.reconsiderSilence(now);
    return isOutside && this.policyInForce ? 'unknown-region' : 'applied';
  }

  private applyIssued(issued: Issued, writtenAt: number, now: number): FoldOutcome {
    if (issued.bootId === this.ownBootId) return 'ignored';
    for (const { nodes, ageMs } of issued.decisions) {
      // A router that was cut off sends what it issued meanwhile: that load is in the heartbeats by now.
      const decidedAt = writtenAt - ageMs;
      if (decidedAt + MAX_RAMP_SECONDS * 1000 <= now) continue;
      for (const nodeId of nodes) this.reserveAt(nodeId, decidedAt);
    }
    return 'applied';
  }

  private applyPolicy(policy: PolicyDocument, now: number): FoldOutcome {
    const nodes = [...this.nodesByPlace.values()];
    for (const node of nodes) this.leave(node);
    this.policyInForce = policy;
    this.unit = reservationUnit(policy.reservation);
    this.reservations.revive();
    this.regionsById.clear();
    for (const [id, place] of Object.entries(policy.regions)) {
      this.regionsById.set(id, new RegionState(id, place, this.unit));
    }
    for (const node of nodes) {
      node.setLoad(loadOf(node.heartbeat, policy.maxNodeCapacity), this.unit);
      this.enter(node, node.freshness);
      if (this.outsideNodes > MAX_NODES_OUTSIDE) this.forget(node);
    }
    this.endReservations(now);
    this.reconsiderSilence(now);
    return 'applied';
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

  private reserveAt(nodeId: string, at: number): void {
    const nodes = this.namesakes.get(nodeId) ?? [];
    const counts = this.reservations.add(nodes[0]?.tally ?? this.reservations.of(nodeId), at);
    if (counts) for (const node of nodes) this.reservationsChanged(node, 1);
  }

  private get rampMs(): number {
    return (this.policyInForce?.reservation.rampSeconds ?? MAX_RAMP_SECONDS) * 1000;
  }

  private endReservations(now: number): void {
    this.reservations.end(now, this.rampMs, ({ nodeId }, by) => {
      for (const node of this.namesakes.get(nodeId) ?? []) this.reservationsChanged(node, by);
    });
  }

  private reservationsChanged(node: NodeState, by: number): void {
    node.weighReservations(this.unit);
    if (node.isUsable) this.regionsById.get(node.heartbeat.region)?.countReservations(by);
  }

  /** Takes the node out of every count, before it changes. */
  private leave(node: NodeState): void {
    const region = this.regionsById.get(node.heartbeat.region);
    if (region) {
      region.nodeCount--;
      if (node.isUsable) region.remove(node);
      if (node.freshness !== 'fresh') this.countSilence(node, -1);
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
    if (freshness !== 'fresh') this.countSilence(node, 1);
    node.isUsable = isServing(node) && !isBelowFloor(node.heartbeat, this.policyInForce);
    if (node.isUsable) region.add(node);
  }

  private countSilence({ lastSeenAt, heartbeat }: NodeState, by: 1 | -1): void {
    this.silence.count(heartbeat.region, lastSeenAt, heartbeat.state === 'stopped', by);
  }

  /** A node that is heard for the first time. */
  private meet(heartbeat: Heartbeat, at: number, load: NodeLoad): NodeState {
    const { nodeId } = heartbeat;
    const others = this.namesakes.get(nodeId) ?? [];
    const node = new NodeState(heartbeat, at, load, others[0]?.tally ?? this.reservations.of(nodeId));
    node.weighReservations(this.unit);
    this.namesakes.set(nodeId, [...others, node]);
    return node;
  }

  private forget(node: NodeState): void {
    this.leave(node);
    this.nodesByPlace.delete(placeOf(node.heartbeat.region, node.id));
    const others = (this.namesakes.get(node.id) ?? []).filter((other) => other !== node);
    if (others.length > 0) this.namesakes.set(node.id, others);
    else this.namesakes.delete(node.id);
    this.deadlines.forget(node);
    this.longSilent.delete(node);
  }
}

function placeOf(region: string, nodeId: string): string {
  return `${region}/${nodeId}`;
}

function isServing({ heartbeat, freshness }: NodeState): boolean {
  return heartbeat.state === 'serving' && heartbeat.kind === 'turn' && freshness !== 'unknown';
}

/** A node that does not tell its version is taken to be new enough: the floor is for known bad ones. */
function isBelowFloor({ software }: Heartbeat, policy: PolicyDocument | undefined): boolean {
  const floor = policy?.versionFloor[software.name.toLowerCase()];
  return floor !== undefined && software.version !== null && isBelowVersion(software.version, floor);
}
