import type { LogEntry, PolicyDocument } from '@spillway/contracts';
import type { FoldOutcome } from './fold-outcome.js';
import { mix32 } from './hash.js';
import { Issues } from './issues.js';
import { LINK_UP, linkMark } from './link.js';
import { reservationUnit } from './load.js';
import { LogClock } from './log-clock.js';
import type { Candidate, FleetNode } from './node.js';
import { NodeRows } from './node-rows.js';
import { Population } from './population.js';
import { isOldGeneration, OutsideEvents, type RegionEvent } from './region-events.js';
import { RegionState, type FleetRegion } from './region.js';
import { Roster } from './roster.js';
import { Tallies } from './tallies.js';

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
  private readonly rows = new NodeRows();
  private readonly tallies = new Tallies(this.rows);
  private readonly roster = new Roster(this.tallies);
  private readonly regionsById = new Map<string, RegionState>();
  private readonly outsideEvents = new OutsideEvents();
  private readonly issues: Issues;
  private readonly population: Population;
  private policyInForce: PolicyDocument | undefined;
  private policyAt = 0;
  private lastPosition = 0;
  private lastNow = 0;
  private link = LINK_UP;

  /** @param ownBootId batches of this run of this router are not counted: it reserved when it issued. */
  constructor(ownBootId?: string) {
    this.issues = new Issues(this.tallies, ownBootId);
    this.population = new Population(this.roster, this.regionsById, this.tallies);
  }

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
  /**
   * One for each region of the policy, by its number, side by side for who looks at all of them. Grows with every change
   * of the load, the reservations or the price: who keeps what follows from them compares. With another policy all are new.
   */
  get revisions(): ArrayLike<number> {
    return this.rows.revisions;
  }
  /** By `region/node`. */
  get nodes(): ReadonlyMap<string, FleetNode> {
    return this.roster.byPlace;
  }
  node(region: string, id: string): FleetNode | undefined {
    return this.roster.find(region, id);
  }
  /** All nodes known in a region, named by the policy or not, usable or not, by id. */
  nodesIn(region: string): readonly FleetNode[] {
    return this.roster.inRegion(region);
  }
  /** Log time of the newest heartbeat of any node, in ms; 0 before the first. */
  get heardAt(): number {
    return this.population.heardAt;
  }
  /** Most of the fleet fell silent at once: the view is kept as it was. */
  get isBusSuspect(): boolean {
    return this.population.isBusSuspect;
  }
  /** Routers whose batches have been read lately, this one included; 1 or more. */
  liveRouters(): number {
    return this.issues.liveRouters;
  }

  /**
   * Folds one entry in; `monotonicMs` is when it came. Time passes up to when it was written, not to when it came:
   * what becomes of the state does not depend on how late an entry is read.
   */
  apply({ position, at, event }: LogEntry, monotonicMs: number): FoldOutcome {
    const writtenAt = this.clock.observe(at, monotonicMs);
    this.lastPosition = position;
    this.advanceTo(writtenAt);
    this.population.forgetUpTo(writtenAt);
    switch (event.kind) {
      case 'heartbeat':
        return (
          this.population.hear(event.heartbeat, writtenAt, this.lastNow) ??
          this.outcomeIn(event.heartbeat.region)
        );
      case 'issued':
        return this.issues.apply(event.issued, writtenAt, this.lastNow, this.link);
      case 'policy':
        return this.applyPolicy(event.policy, writtenAt);
      case 'command':
        this.population.order(event.region, event.node, { event: event.command, at: writtenAt });
        return this.outcomeIn(event.region);
      case 'overload':
      case 'spillover':
      case 'scale':
        return this.applyRegionEvent(event, writtenAt);
    }
  }

  /** Lets time pass: freshness runs out, reservations end. Call before deciding anything. */
  advance(monotonicMs: number): void {
    this.advanceTo(this.clock.now(monotonicMs));
  }

  /**
   * What this state was made from, in eight hexadecimal digits: when each node, price and policy was last heard, and
   * how many nodes, routers and reservations count. Who folds the same log elsewhere and comes to the same digest
   * has the same before it, though not necessarily the same loads.
   */
  digest(): string {
    const counts = [
      this.isBusSuspect ? 1 : 0,
      this.liveRouters(),
      this.issues.kept,
      this.population.digest(),
      linkMark(this.link, this.lastNow),
    ];
    let digest = counts.reduce((digest, count) => mix32(digest ^ count), mix32(this.policyAt));
    for (const region of this.regionsById.values()) digest = mix32(digest ^ region.digest());
    return mix32(digest).toString(16).padStart(8, '0');
  }

  private advanceTo(now: number): void {
    this.lastNow = Math.max(this.lastNow, now);
    this.issues.advance(this.lastNow, this.link);
    this.population.advance(this.lastNow, this.link);
  }

  /** A credential for this node was issued now. @param node itself, or its id: known or not. */
  reserve(node: Candidate | string, monotonicMs: number): void {
    this.issues.reserve(node, this.clock.now(monotonicMs));
  }

  /** While the link to the log is down nothing ages; when it is back every node gets its full time again. */
  setLink(link: 'up' | 'down', monotonicMs: number): void {
    if (link === 'down') {
      this.advance(monotonicMs);
      this.link = { ...this.link, isLost: true };
    } else if (this.link.isLost) {
      this.link = { isLost: false, graceFrom: this.clock.now(monotonicMs) };
    }
  }

  private applyPolicy(policy: PolicyDocument, at: number): FoldOutcome {
    this.policyInForce = policy;
    this.policyAt = at;
    this.issues.setRamp(policy.reservation);
    this.population.govern(policy, this.lastNow, () => this.replaceRegions(policy));
    this.advanceTo(at);
    this.population.forgetUpTo(at);
    return 'applied';
  }

  /** What an autoscaler said of a region outlives its being named by the policy. */
  private replaceRegions({ regions, reservation }: PolicyDocument): void {
    const former = new Map(this.regionsById);
    this.regionsById.clear();
    const unit = reservationUnit(reservation);
    const turnover = reservation.rampSeconds / reservation.sessionSeconds;
    for (const [id, place] of Object.entries(regions)) {
      const events = former.get(id)?.events ?? this.outsideEvents.take(id);
      const number = this.regionsById.size + 1;
      this.regionsById.set(id, new RegionState(id, place, number, this.rows, events, unit, turnover));
      former.delete(id);
    }
    this.rows.setRegions([...this.regionsById.values()]);
    for (const { id, events } of former.values()) this.outsideEvents.keep(id, events);
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
        region?.priceChanged();
    }
    return isOld ? 'old-generation' : this.outcomeIn(event.region);
  }

  private outcomeIn(region: string): FoldOutcome {
    return this.policyInForce && !this.regionsById.has(region) ? 'unknown-region' : 'applied';
  }
}
