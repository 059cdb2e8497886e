import type { LogEntry } from '@spillway/contracts';
import { Fleet, FORGET_AFTER_MS } from '@spillway/fleet';
import type { LogBatch, WindowGap } from '@spillway/messaging';
import { EventBook } from './event-book.js';
import type { Sighting } from './incident-event.js';
import { SeriesRecorder } from './region-series.js';
import { Telemetry } from './telemetry.js';
import { LOOK_MS } from './time-axis.js';
import type { Scene } from './watch.js';
import { Watches } from './watches.js';

/** Longer than anything in the fold takes to come to rest when nothing is written any more. */
const RESTS_AFTER_MS = FORGET_AFTER_MS + 5 * 60_000;
/** With a router alive, which gives a sign of life every 2 s, nothing written for this long is worth a word. */
const SILENCE_MS = 5_000;

/**
 * Folds a part of the log, with the fold of production, into what is told of an incident. What is read before the window
 * is folded and not told: the fleet is known then when the window begins.
 *
 * Time is log time, looked at every second; the same part of the log gives the same. Memory does not grow with it.
 */
export class IncidentFold {
  readonly fleet = new Fleet();
  readonly book = new EventBook();
  readonly telemetry: Telemetry;
  readonly watches: Watches;
  private recorder: SeriesRecorder | undefined;
  private readonly scene: Scene & { beganAt: number };
  private now = 0;
  private nextLookAt = 0;
  private gap: WindowGap | undefined;
  private first: LogEntry | undefined;
  private counts = { entries: 0, decisions: 0, refusals: 0 };

  /** @param fromMs log time at which the window begins; where reading begins unless told. */
  constructor(private readonly fromMs = 0) {
    this.scene = {
      fleet: this.fleet,
      beganAt: 0,
      tell: (sighting, atMs) => this.tell(sighting, atMs),
    };
    this.telemetry = new Telemetry(this.scene);
    this.watches = new Watches(this.scene);
  }

  /** `undefined` when nothing of the window was read. */
  get series(): SeriesRecorder | undefined {
    return this.recorder;
  }
  /** The first entry of the window. */
  get firstEntry(): LogEntry | undefined {
    return this.first;
  }
  /** Log time of the last, in ms. */
  get lastMs(): number {
    return this.now;
  }
  /** Of the window. */
  get totals(): Readonly<typeof this.counts> {
    return this.counts;
  }

  take({ gap, entries, rejected }: LogBatch): void {
    if (gap) this.noteGap(gap);
    for (const entry of entries) this.fold(entry);
    for (const message of rejected) this.telemetry.noteRejected(message);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.gap) this.telemetry.noteGap(this.gap, this.now || null, null);
    this.gap = undefined;
    if (this.now > 0) this.look(this.now);
  }

  private fold(entry: LogEntry): void {
    if (this.scene.beganAt === 0) this.begin(entry.at);
    this.telemetry.noteTime(entry.at);
    this.passTo(Math.max(this.now, entry.at));
    if (!this.recorder && this.now >= this.fromMs) this.open(entry);
    this.watches.show(entry.event, this.fleet.apply(entry, this.now), this.now);
    if (this.recorder) this.count(entry);
  }

  private begin(at: number): void {
    this.scene.beganAt = at;
    this.now = at;
    this.nextLookAt = Math.ceil(at / LOOK_MS) * LOOK_MS;
  }

  /** The window begins. */
  private open(entry: LogEntry): void {
    this.first = entry;
    const from = Math.max(this.fromMs, this.scene.beganAt);
    this.recorder = new SeriesRecorder(Math.floor(from / LOOK_MS) * LOOK_MS);
  }

  /** Lets log time pass, looking at the fleet every second until nothing can change any more. */
  private passTo(at: number): void {
    const before = this.now;
    if (this.gap) return this.passGap(this.gap, at);
    if (at - before > SILENCE_MS && this.watches.routers.hasLive) this.telemetry.noteSilence(before, at);
    const restsAt = before + RESTS_AFTER_MS;
    while (this.nextLookAt <= at) {
      if (this.nextLookAt > restsAt) this.nextLookAt = Math.floor(at / LOOK_MS) * LOOK_MS;
      this.now = this.nextLookAt;
      this.look(this.nextLookAt);
      this.nextLookAt += LOOK_MS;
    }
    this.now = at;
  }

  /** Nobody is silent because one does not know what it said. */
  private passGap(gap: WindowGap, at: number): void {
    this.gap = undefined;
    this.telemetry.noteGap(gap, this.now, at);
    this.now = at;
    this.nextLookAt = Math.ceil(at / LOOK_MS) * LOOK_MS;
    this.fleet.setLink('up', at);
    this.watches.passGap(at);
  }

  private noteGap(gap: WindowGap): void {
    if (this.now === 0) return this.telemetry.noteGap(gap, null, null);
    if (this.gap) this.telemetry.noteGap(this.gap, this.now, this.now);
    this.gap = gap;
    this.fleet.setLink('down', this.now);
  }

  private look(now: number): void {
    this.fleet.advance(now);
    this.watches.look(now);
    this.recorder?.look(this.fleet, now);
  }

  private count({ event }: LogEntry): void {
    this.counts.entries++;
    if (event.kind !== 'issued') return;
    this.counts.decisions += event.issued.decisions.length;
    this.counts.refusals += event.issued.refused?.length ?? 0;
    this.recorder?.count(event.issued, this.now);
  }

  /** What happened before the window is known, and not told. */
  private tell(sighting: Sighting, atMs = this.now): void {
    if (atMs >= this.fromMs) this.book.add(sighting, atMs, this.fleet.position);
  }
}
