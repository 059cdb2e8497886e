import type { DecisionRecord, LogEntry } from '@spillway/contracts';
import { ALL_TRANSPORTS, Fleet } from '@spillway/fleet';
import { estimateRttMs } from '@spillway/geo';
import {
  hashText,
  mix32,
  place,
  placementView,
  type Placement,
  type PlacementView,
} from '@spillway/placement';
import type { Cell } from '../world/cells.js';
import type { LogReader, SharedLog } from './shared-log.js';

/** Of every so many decisions, one is timed. */
const TIMED = 16;
/** As the router's own: between batches, and between signs of life. */
const SIGN_OF_LIFE_MS = 2_000;

/** One router: its own view of the fleet, and what it has issued and not yet told. */
export class SimRouter implements LogReader {
  cursor = 0;
  private fleet: Fleet;
  private view: PlacementView | undefined;
  private waiting: DecisionRecord[] = [];
  private readonly waitingSince: number[] = [];
  private decisions = 0;
  private batch = 0;
  private boot = 0;
  private seed: number;
  private lastToldAt = 0;
  timedDecisions = 0;
  timedMs = 0;

  /** @param hears whether an entry reaches it at all. */
  constructor(
    readonly index: number,
    readonly delayMs: number,
    private readonly hears: (entry: LogEntry) => boolean,
  ) {
    this.fleet = new Fleet(this.bootId);
    this.seed = hashText(this.idPrefix);
  }

  /** Forgets everything, and starts from what the log retains. */
  restart(log: SharedLog, now: number): void {
    this.boot++;
    this.view = undefined;
    this.waiting = [];
    this.waitingSince.length = 0;
    this.decisions = this.batch = 0;
    this.seed = hashText(this.idPrefix);
    this.fleet = new Fleet(this.bootId);
    log.hydrate(this, (entry) => this.read(entry, now));
  }

  private get bootId(): string {
    return `r${this.index}-b${this.boot}`;
  }
  private get idPrefix(): string {
    return `r${this.index}-${this.bootId}-`;
  }

  /** Reads what has reached it by now. */
  catchUp(log: SharedLog, now: number): void {
    for (let entry = log.read(this, now); entry; entry = log.read(this, now)) {
      if (this.hears(entry)) this.read(entry, entry.at + this.delayMs);
    }
  }

  read(entry: LogEntry, at: number): void {
    this.fleet.apply(entry, at);
    if (entry.event.kind === 'policy') this.view = placementView(this.fleet, estimateRttMs);
  }

  /** Answers one client. `undefined` is a refusal. */
  decide(cell: Cell, now: number): Placement | undefined {
    if (!this.view) return undefined;
    const n = this.decisions++;
    const isTimed = n % TIMED === 0;
    const begin = isTimed ? performance.now() : 0;
    this.fleet.advance(now);
    const placement = place(this.view, {
      location: cell,
      require: undefined,
      prefer: undefined,
      transports: ALL_TRANSPORTS,
      count: 1,
      seed: mix32(this.seed + n),
    });
    if (isTimed) {
      this.timedDecisions++;
      this.timedMs += performance.now() - begin;
    }
    if (!placement.isPlaced) return undefined;
    this.issue(placement, now);
    return placement;
  }

  private issue({ region, nodes, nearestRegion, reason }: Placement, now: number): void {
    const ids = nodes.map(({ id }) => id);
    for (const id of ids) this.fleet.reserve(id, now);
    this.waiting.push({ id: ID, region, nodes: ids, nearestRegion, reason, ageMs: 0 });
    this.waitingSince.push(now);
  }

  /** What it has to tell the log, if anything: what it issued, or a sign of life. */
  flush(now: number): LogEntry['event'] | undefined {
    if (this.waiting.length === 0 && now - this.lastToldAt < SIGN_OF_LIFE_MS) return undefined;
    this.lastToldAt = now;
    const decisions = this.waiting;
    for (const [i, record] of decisions.entries())
      record.ageMs = Math.round(now - (this.waitingSince[i] ?? now));
    this.waiting = [];
    this.waitingSince.length = 0;
    const routerId = `r${this.index}`;
    return {
      kind: 'issued',
      issued: { at: AT, routerId, bootId: this.bootId, batch: this.batch++, decisions },
    };
  }

  /** Whether any node of a region may be handed out, as this router sees it. */
  hasUsable(region: string): boolean {
    return (this.fleet.regions.get(region)?.usable.length ?? 0) > 0;
  }
}

/** Diagnostic in every event, and the name of a decision; nothing is decided by them. */
const AT = '2026-03-18T00:00:00.000Z';
const ID = 'simulated';
