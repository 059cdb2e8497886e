import type { LogEntry, LogEvent, PolicyDocument } from '@spillway/contracts';
import { Fleet, type FoldOutcome } from '@spillway/fleet';
import { estimateRttMs } from '@spillway/geo';
import { placementView, type PlacementView } from '@spillway/placement';

/** What this router knows of the fleet, ready to decide on. Time is read here, at the edge of the pure fold. */
export class FleetView {
  readonly fleet: Fleet;
  private decidingOn: PlacementView | undefined;
  private linkChangedAt: number;
  private linkState: 'up' | 'down' = 'down';
  private lastEntryReadAt = 0;
  private lastEntryLagMs = 0;
  private neededPosition: number | undefined;
  private hasBeenUpToDate = false;
  private readonly policyListeners: ((policy: PolicyDocument) => void)[] = [];

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
    if (entry.event.kind === 'policy') this.adopt(entry.event.policy);
    return outcome;
  }

  /** Takes in what outlived its entry on the log. @param at the log time it is of, in ms; 0 when that is not known. */
  restore(event: LogEvent, at = 0): void {
    this.fleet.apply({ position: this.fleet.position, at, event }, this.monotonicMs());
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
    this.fleet.advance(this.monotonicMs());
    return this.decidingOn;
  }

  reserve(nodeId: string): void {
    this.fleet.reserve(nodeId, this.monotonicMs());
  }
}
