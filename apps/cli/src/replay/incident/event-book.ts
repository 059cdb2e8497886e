import { cleanSighting } from './clean-sighting.js';
import {
  INCIDENT_KINDS,
  LEVELS,
  type IncidentEvent,
  type IncidentKind,
  type Level,
  type Sighting,
} from './incident-event.js';

/** Events kept at most: a page of more would not be read, and memory must not grow with the window. */
const MAX_EVENTS = 5_000;

/** The events of a timeline. When there are too many, those of the least level go first, and are counted. */
export class EventBook {
  private events: IncidentEvent[] = [];
  private readonly counted = new Map<IncidentKind, number>();
  /** Of those that are kept no more: as an index of `LEVELS`. */
  private dropFrom: number = LEVELS.length;
  private dropped = 0;

  constructor(private readonly limit = MAX_EVENTS) {}

  add(sighting: Sighting, atMs: number, position: number): void {
    const { kind } = sighting;
    const level: Level = INCIDENT_KINDS[kind][0];
    this.counted.set(kind, (this.counted.get(kind) ?? 0) + 1);
    if (LEVELS.indexOf(level) >= this.dropFrom) {
      this.dropped++;
      return;
    }
    this.events.push({ ...cleanSighting(sighting), atMs, position, level });
    if (this.events.length > this.limit) this.makeRoom();
  }

  /** In the order in which they were seen. */
  get all(): readonly IncidentEvent[] {
    return this.events;
  }
  /** How many were left out. */
  get leftOut(): number {
    return this.dropped;
  }
  /** How many there were of each kind, those left out included. */
  get counts(): ReadonlyMap<IncidentKind, number> {
    return this.counted;
  }

  /** The first level is cut off at its end rather than given up: how it began matters most. */
  private makeRoom(): void {
    const before = this.events.length;
    while (this.events.length > this.limit && this.dropFrom > 1) {
      this.dropFrom--;
      this.events = this.events.filter(({ level }) => LEVELS.indexOf(level) < this.dropFrom);
    }
    if (this.events.length > this.limit) {
      this.dropFrom = 0;
      this.events.length = this.limit;
    }
    this.dropped += before - this.events.length;
  }
}
