import type { LogEntry, PolicyDocument } from '@spillway/contracts';
import { Fleet, type FoldOutcome } from '@spillway/fleet';
import type { LinkState } from '@spillway/messaging';
import { StandingDrains } from './standing-drains.js';

/** What this autoscaler knows of the fleet. Time is read here, at the edge of the pure fold. */
export class FleetView {
  readonly fleet = new Fleet();
  readonly standingDrains = new StandingDrains();
  private linkState: LinkState = 'down';
  private linkChangedAt: number;
  private hasCaughtUp = false;
  private lastEntryReadAt: number;
  private lastEntryLagMs: number | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {
    this.linkChangedAt = this.monotonicMs();
    this.lastEntryReadAt = this.linkChangedAt;
  }

  get link(): LinkState {
    return this.linkState;
  }

  /** Seconds since the link came up or went down. */
  get linkAgeSeconds(): number {
    return (this.monotonicMs() - this.linkChangedAt) / 1000;
  }

  get policy(): PolicyDocument | undefined {
    return this.fleet.policy;
  }

  /** All that was on the log when following began has been read. */
  get isCaughtUp(): boolean {
    return this.hasCaughtUp;
  }

  /** Milliseconds from the writing of the last entry, by NATS's clock, to its reading, by ours; `undefined` before the first. */
  get lagMs(): number | undefined {
    return this.lastEntryLagMs;
  }

  /** Milliseconds since the last entry of the log was read. */
  get silenceOfLogMs(): number {
    return this.monotonicMs() - this.lastEntryReadAt;
  }

  fold(entry: LogEntry): FoldOutcome {
    this.lastEntryReadAt = this.monotonicMs();
    // What outlived its entry on the log has no time.
    if (entry.at > 0) this.lastEntryLagMs = Math.max(0, Date.now() - entry.at);
    const outcome = this.fleet.apply(entry, this.lastEntryReadAt);
    this.standingDrains.observe(entry);
    this.notify();
    return outcome;
  }

  caughtUp(): void {
    this.hasCaughtUp = true;
    this.notify();
  }

  setLink(link: LinkState): void {
    if (link === this.linkState) return;
    this.linkState = link;
    this.linkChangedAt = this.monotonicMs();
    this.fleet.setLink(link, this.linkChangedAt);
  }

  /** Lets time pass. @returns log time, in ms since the epoch; 0 before the first entry. */
  now(): number {
    const now = this.monotonicMs();
    this.fleet.advance(now);
    return this.fleet.clock.now(now);
  }

  /** Log time as the log's events carry it. */
  timestamp(): string {
    return new Date(this.now()).toISOString();
  }

  /** Waits until there is a policy and everything that was there to read has been read. */
  whole(signal: AbortSignal): Promise<void> {
    return this.until(() => this.hasCaughtUp && this.policy !== undefined, signal);
  }

  /** Waits until the log has been folded up to `position`. */
  reached(position: number, signal: AbortSignal): Promise<void> {
    return this.until(() => this.fleet.position >= position, signal);
  }

  private async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (condition()) resolve();
        else return;
        this.waiting.delete(look);
        signal.removeEventListener('abort', look);
      };
      this.waiting.add(look);
      signal.addEventListener('abort', look);
    });
  }

  private notify(): void {
    for (const look of this.waiting) look();
  }
}
