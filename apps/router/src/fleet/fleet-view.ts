import type { LogEntry } from '@spillway/contracts';
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
  private neededPosition: number | undefined;

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

  /** Milliseconds since the last entry of the log came. */
  get lagMs(): number {
    return this.monotonicMs() - this.lastEntryReadAt;
  }

  /** Milliseconds of log time since the node was heard. */
  silenceMs(lastSeenAt: number): number {
    return Math.max(0, this.fleet.clock.now(this.monotonicMs()) - lastSeenAt);
  }

  fold(entry: LogEntry): FoldOutcome {
    this.lastEntryReadAt = this.monotonicMs();
    const outcome = this.fleet.apply(entry, this.lastEntryReadAt);
    if (entry.event.kind === 'policy') this.decidingOn = placementView(this.fleet, estimateRttMs);
    return outcome;
  }

  setLink(link: 'up' | 'down'): void {
    if (link === this.linkState) return;
    this.linkState = link;
    this.linkChangedAt = this.monotonicMs();
    this.fleet.setLink(link, this.linkChangedAt);
  }

  /** The view is whole once it has been folded up to `position`; it stays so. */
  needUpTo(position: number): void {
    this.neededPosition ??= position;
  }

  /** Has been brought up to date once and has a policy. */
  get isWhole(): boolean {
    const { neededPosition, fleet } = this;
    return neededPosition !== undefined && fleet.position >= neededPosition && this.decidingOn !== undefined;
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
