import type { Command, Heartbeat, PolicyDocument } from '@spillway/contracts';
import { Commands } from './commands.js';
import { Deadlines } from './deadlines.js';
import type { FoldOutcome } from './fold-outcome.js';
import { FORGET_AFTER_MS, freshnessDeadline, type Freshness } from './freshness.js';
import { LINK_UP, type LinkState } from './link.js';
import { loadOf, reservationUnit, type NodeLoad } from './load.js';
import { isAlike, isBelowFloor, NodeState } from './node.js';
import { placeOf } from './place.js';
import type { Dated } from './region-events.js';
import type { RegionState } from './region.js';
import type { Roster } from './roster.js';
import { SilenceWatch } from './silence.js';
import type { Tallies } from './tallies.js';

/** Nodes the fold knows at most; a flood of forged ids ends here. */
export const MAX_NODES = 200_000;
/** Nodes it remembers in regions that the policy does not name (it may name them later). */
export const MAX_NODES_OUTSIDE = 1_000;

/** An order that is the same in every fold. */
const byPlace = (a: NodeState, b: NodeState) => (a.place < b.place ? -1 : 1);

/** The nodes: heard, told to drain, silent and forgotten, and always counted where they belong. */
export class Population {
  private readonly commands = new Commands();
  private readonly deadlines = new Deadlines(byPlace);
  /** When nodes that are unknown may be forgotten. */
  private readonly graves = new Deadlines(byPlace);
  /** Log time of the newest heartbeat of any node; 0 before the first. */
  heardAt = 0;
  private readonly silence = new SilenceWatch();
  /** Nodes silent for so long that they are unknown, or would be if they were not held. */
  private readonly longSilent = new Set<NodeState>();
  /** Log time of the last entry. */
  private writtenUpTo = 0;
  private policy: PolicyDocument | undefined;
  private link = LINK_UP;
  private outsideNodes = 0;
  /** The marks of the nodes in the policy's regions, and of the others: joined, they are the same in any order. */
  private insideMarks = 0;
  private outsideMarks = 0;

  constructor(
    private readonly roster: Roster,
    private readonly regions: ReadonlyMap<string, RegionState>,
    private readonly tallies: Tallies,
  ) {}

  get isBusSuspect(): boolean {
    return this.silence.isBusSuspect;
  }

  /** Of when every node was heard last; of a flood of nodes outside the policy nobody can tell who was heard first. */
  digest(): number {
    return this.insideMarks ^ (this.outsideNodes < MAX_NODES_OUTSIDE ? this.outsideMarks : 0);
  }

  /** @returns `undefined` when it was taken note of, and where it came from may be unknown. */
  hear(heartbeat: Heartbeat, writtenAt: number, now: number): FoldOutcome | undefined {
    const { region, nodeId } = heartbeat;
    const known = this.roster.find(region, nodeId);
    if (known && heartbeat.bootId === known.heartbeat.bootId && heartbeat.seq <= known.heartbeat.seq) {
      return 'old-sequence';
    }
    const refusal = known ? undefined : this.refusal(region);
    if (refusal) return refusal;
    this.heardAt = Math.max(this.heardAt, writtenAt);
    const load = loadOf(heartbeat, this.policy?.maxNodeCapacity);
    const isAsBefore = known !== undefined && this.hearAgain(known, heartbeat, writtenAt, load);
    if (!isAsBefore) {
      if (known) this.leave(known);
      known?.hear(heartbeat, writtenAt, load);
      const node = known ?? this.meet(heartbeat, writtenAt, load);
      this.enter(node, 'fresh');
      this.longSilent.delete(node);
      this.deadlines.ensureBy(node, freshnessDeadline('fresh', writtenAt, heartbeat.intervalMs));
    }
    if (this.silence.isBusSuspect) this.reconsiderSilence(now);
    return isAsBefore ? 'applied' : undefined;
  }

  /**
   * The way of most heartbeats: the node was heard of late, is handed out and will be; only its load has changed.
   * @returns whether it was so, and is done.
   */
  private hearAgain(node: NodeState, heartbeat: Heartbeat, writtenAt: number, load: NodeLoad): boolean {
    const { region } = node;
    if (!region || !node.isUsable || node.freshness !== 'fresh') return false;
    if (!isAlike(node.heartbeat, heartbeat) || node.command) return false;
    region.uncount(node);
    node.hear(heartbeat, writtenAt, load);
    region.recount(node);
    this.insideMarks ^= node.mark;
    node.mark = node.digest();
    this.insideMarks ^= node.mark;
    return true;
  }

  order(region: string, nodeId: string, command: Dated<Command>): void {
    const place = placeOf(region, nodeId);
    this.commands.keep(place, command);
    const node = this.roster.find(region, nodeId);
    if (!node) return;
    this.leave(node);
    node.order(command);
    this.enter(node, node.freshness);
  }

  /** Counts everything anew under another policy; `replaceRegions` is called while nothing is counted. */
  govern(policy: PolicyDocument, now: number, replaceRegions: () => void): void {
    const nodes = [...this.roster.byPlace.values()];
    for (const node of nodes) this.leave(node);
    this.policy = policy;
    this.tallies.rows.outside.unit = reservationUnit(policy.reservation);
    replaceRegions();
    for (const node of nodes) {
      node.setLoad(loadOf(node.heartbeat, policy.maxNodeCapacity));
      this.enter(node, node.freshness);
    }
    this.forgetOutside(nodes);
    this.reconsiderSilence(now);
    this.forgetUpTo(this.writtenUpTo);
  }

  /** Of the nodes outside the policy, the longest silent go until there are few enough. */
  private forgetOutside(nodes: readonly NodeState[]): void {
    if (this.outsideNodes <= MAX_NODES_OUTSIDE) return;
    const outside = nodes.filter(({ heartbeat }) => !this.regions.has(heartbeat.region));
    outside.sort((a, b) => a.lastSeenAt - b.lastSeenAt || byPlace(a, b));
    for (const node of outside.slice(0, outside.length - MAX_NODES_OUTSIDE)) this.forget(node);
  }

  /** Lets time pass. */
  advance(now: number, link: LinkState): void {
    this.link = link;
    if (link.isLost) return;
    for (let node = this.deadlines.pop(now); node; node = this.deadlines.pop(now)) this.age(node, now);
  }

  /**
   * Forgets who has been silent for long. Only what is written on the log makes a node forgotten: who looked in the
   * meantime, and saw it silent because the log was read late, must not make a difference. Before the first policy
   * nobody is held for a silent bus, so nobody is forgotten.
   */
  forgetUpTo(writtenAt: number): void {
    this.writtenUpTo = writtenAt;
    if (!this.policy) return;
    for (let node = this.graves.pop(writtenAt); node; node = this.graves.pop(writtenAt)) {
      if (node.freshness !== 'unknown') continue;
      if (this.forgottenFrom(node) > writtenAt) this.graves.ensureBy(node, this.forgottenFrom(node));
      else this.forget(node);
    }
  }

  /** Why a node of this region cannot be taken note of. */
  private refusal(region: string): FoldOutcome | undefined {
    if (this.roster.byPlace.size >= MAX_NODES) return 'fleet-full';
    // Before the first policy every region is unknown, and the nodes must not be lost.
    const isOutside = this.policy !== undefined && !this.regions.has(region);
    return isOutside && this.outsideNodes >= MAX_NODES_OUTSIDE ? 'unknown-region' : undefined;
  }

  /** A node's deadline has come, or what holds it has changed: it is as fresh as its silence allows. */
  private age(node: NodeState, now: number): void {
    const { freshness, lastSeenAt, heartbeat } = node;
    const since = Math.max(lastSeenAt, this.link.graceFrom);
    const due = (from: 'fresh' | 'suspect') => freshnessDeadline(from, since, heartbeat.intervalMs);
    if (freshness === 'unknown') {
      if (this.silence.isHeld(lastSeenAt)) this.become(node, 'suspect');
      return;
    }
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
        // It was held until now, perhaps for longer than it would have been remembered.
        if (this.policy && this.forgottenFrom(node) <= this.writtenUpTo) this.forget(node);
        else this.graves.ensureBy(node, this.forgottenFrom(node));
    }
  }

  /** Log time from which an unknown node may be forgotten: never before it is unknown, whoever looks. */
  private forgottenFrom({ lastSeenAt, heartbeat }: NodeState): number {
    const since = Math.max(lastSeenAt, this.link.graceFrom);
    return Math.max(lastSeenAt + FORGET_AFTER_MS, freshnessDeadline('suspect', since, heartbeat.intervalMs));
  }

  private become(node: NodeState, freshness: Freshness): void {
    this.leave(node);
    this.enter(node, freshness);
  }

  /** Call when a node went silent, was heard again or is new. */
  private reconsiderSilence(now: number): void {
    if (!this.silence.reconsider(this.regions.values())) return;
    for (const node of this.longSilent) this.deadlines.ensureBy(node, now);
  }

  /** Takes the node out of every count, before it changes. */
  private leave(node: NodeState): void {
    const { region } = node;
    if (region) {
      this.insideMarks ^= node.mark;
      region.nodeCount--;
      if (node.isUsable) region.remove(node);
      if (node.freshness !== 'fresh') this.countSilence(node, region, -1);
    } else {
      this.outsideMarks ^= node.mark;
      this.outsideNodes--;
    }
    node.setUsable(false);
  }

  /** Puts the node, as it is now, into every count. */
  private enter(node: NodeState, freshness: Freshness): void {
    node.setFreshness(freshness);
    const region = this.regions.get(node.heartbeat.region);
    node.setRegion(region);
    node.mark = node.digest();
    if (!region) {
      // Its silence does not count: anybody may make up regions and nodes, and let them fall silent.
      this.outsideMarks ^= node.mark;
      this.outsideNodes++;
      return;
    }
    this.insideMarks ^= node.mark;
    region.nodeCount++;
    if (freshness !== 'fresh') this.countSilence(node, region, 1);
    node.setUsable(node.isServing && !isBelowFloor(node.heartbeat, this.policy?.versionFloor));
    if (node.isUsable) region.add(node);
  }

  private countSilence({ lastSeenAt, heartbeat }: NodeState, region: RegionState, by: 1 | -1): void {
    const isStopped = heartbeat.state === 'stopped';
    if (!isStopped) region.silentCount += by;
    this.silence.count(region.id, lastSeenAt, isStopped, by);
  }

  /** A node that is heard for the first time. */
  private meet(heartbeat: Heartbeat, writtenAt: number, load: NodeLoad): NodeState {
    const { tallies } = this;
    const node = new NodeState(tallies.rows, heartbeat, writtenAt, load, tallies.of(heartbeat.nodeId));
    const command = this.commands.of(node.place);
    if (command) node.order(command);
    this.roster.add(node);
    return node;
  }

  private forget(node: NodeState): void {
    this.leave(node);
    node.leaveRow();
    this.roster.remove(node);
    this.deadlines.forget(node);
    this.graves.forget(node);
    this.longSilent.delete(node);
  }
}
