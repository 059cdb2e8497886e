import type { LogEntry, LogEvent, PolicyDocument } from '@spillway/contracts';
import { Fleet, type Candidate, type FoldOutcome } from '@spillway/fleet';
import { estimateRttMs } from '@spillway/geo';
import { placementView, type PlacementView } from '@spillway/placement';
import type { DecidingView, Moment, Standpoint } from '../issue/standpoint.js';

/** What besides the log's entries a view depends on. */
export type ViewStep = 'link-up' | 'link-down' | 'gap';

/** What this router knows of the fleet, ready to decide on. Time is read here, at the edge of the pure fold. */
export class FleetView implements DecidingView {
  readonly fleet: Fleet;
  private decidingOn: PlacementView | undefined;
  private linkChangedAt: number;
  private linkState: 'up' | 'down' = 'down';
  private lastEntryReadAt = 0;
  private lastEntryLagMs = 0;
  private neededPosition: number | undefined;
  private hasBeenUpToDate = false;
  private hasCaughtUp = false;
  private readonly policyListeners: ((policy: PolicyDocument) => void)[] = [];
  private readonly stepListeners: ((step: ViewStep, moment: Moment) => void)[] = [];
  /** Monotonic time of the last look: what is issued on it is issued then. */
  private lookedAt = 0;
  /** What was taken in from beside the log and not said on it since. */
  private readonly restored = new Set<string>();

  constructor(
    bootId: string,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.fleet = new Fleet(bootId);
    this.linkChangedAt = this.monotonicMs();
  }

  get link(): 'up' | 'down' {
    return this.linkState;
  }

  /** Seconds since the link came up or went down. */
  get linkAgeSeconds(): number {
    return (this.monotonicMs() - this.linkChangedAt) / 1000;
  }

  /** Milliseconds from the writing of the last entry, by NATS's clock, to its reading, by ours. */
  get lagMs(): number {
    return this.lastEntryLagMs;
  }

  /** Milliseconds since the last entry of the log was read. */
  get silenceOfLogMs(): number {
    return this.monotonicMs() - this.lastEntryReadAt;
  }

  /** The log's time now, in ms; 0 before the first entry. */
  get logTime(): number {
    return this.fleet.clock.now(this.monotonicMs());
  }

  /** Milliseconds of log time since the node was heard. */
  silenceMs(lastSeenAt: number): number {
    return Math.max(0, this.logTime - lastSeenAt);
  }

  fold(entry: LogEntry): FoldOutcome {
    this.lastEntryReadAt = this.monotonicMs();
    this.lastEntryLagMs = Math.max(0, Date.now() - entry.at);
    const outcome = this.fleet.apply(entry, this.lastEntryReadAt);
    this.checkUpToDate();
    this.restored.delete(subjectOfRestored(entry.event));
    if (entry.event.kind === 'policy') this.adopt(entry.event.policy);
    return outcome;
  }

  /** Takes in what outlived its entry on the log. @param at the log time it is of, in ms; 0 when that is not known. */
  restore(event: LogEvent, at = 0): void {
    this.fleet.apply({ position: this.fleet.position, at, event }, this.monotonicMs());
    this.restored.add(subjectOfRestored(event));
    if (event.kind === 'policy') this.adopt(event.policy);
  }

  /** Told of every policy that comes into force, before anything is decided on it. */
  onPolicy(listener: (policy: PolicyDocument) => void): void {
    this.policyListeners.push(listener);
  }

  private adopt(policy: PolicyDocument): void {
    for (const listener of this.policyListeners) listener(policy);
    this.decidingOn = placementView(this.fleet, estimateRttMs);
  }

  setLink(link: 'up' | 'down'): void {
    if (link === this.linkState) return;
    this.linkState = link;
    this.linkChangedAt = this.monotonicMs();
    this.fleet.setLink(link, this.linkChangedAt);
    this.tell(link === 'up' ? 'link-up' : 'link-down', this.linkChangedAt);
  }

  /** Part of the log was missed. */
  noteGap(): void {
    this.tell('gap', this.monotonicMs());
  }

  /** Told of everything besides the log that what is decided from now on depends on. */
  onStep(listener: (step: ViewStep, moment: Moment) => void): void {
    this.stepListeners.push(listener);
  }

  /** All that was on the log when reading began has been folded. */
  noteCaughtUp(): void {
    this.hasCaughtUp = true;
  }

  /** How far the log has been read. Of a view that is being put together from its parts there is no such position: 0. */
  private get positionRead(): number {
    return this.hasCaughtUp ? this.fleet.position : 0;
  }

  private tell(step: ViewStep, monotonicMs: number): void {
    const moment = { atMs: this.fleet.clock.now(monotonicMs), position: this.positionRead };
    for (const listener of this.stepListeners) listener(step, moment);
  }

  /**
   * The view is whole once it has been folded up to `position`; what was asked for last counts. It stays so, whatever
   * becomes of the log: positions begin anew with a new stream.
   */
  needUpTo(position: number): void {
    this.neededPosition = position;
    this.checkUpToDate();
  }

  /** Has been brought up to date once and has a policy. */
  get isWhole(): boolean {
    return this.hasBeenUpToDate && this.decidingOn !== undefined;
  }

  private checkUpToDate(): void {
    const { neededPosition = Infinity, fleet } = this;
    this.hasBeenUpToDate ||= fleet.position >= neededPosition;
  }

  /** The fleet as it is this instant; `undefined` until it is whole. */
  now(): PlacementView | undefined {
    if (!this.isWhole) return undefined;
    this.look();
    return this.decidingOn;
  }

  private look(): void {
    this.lookedAt = this.monotonicMs();
    this.fleet.advance(this.lookedAt);
  }

  standpoint(look?: 'look'): Standpoint {
    if (look) this.look();
    return { atMs: this.fleet.now, position: this.positionRead, digest: this.fleet.digest() };
  }

  get isRestored(): boolean {
    return this.restored.size > 0;
  }

  /** Issued with the last look. */
  reserve(node: Candidate | string): void {
    this.fleet.reserve(node, this.lookedAt);
  }
}

/** What of the same subject replaces what was restored. */
function subjectOfRestored(event: LogEvent): string {
  return event.kind === 'spillover' ? `${event.kind} ${event.region}` : event.kind;
}
