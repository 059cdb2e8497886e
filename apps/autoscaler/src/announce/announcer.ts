import type { LoggerService } from '@nestjs/common';
import { subjectOf, type Overload, type Scale, type Spillover } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { OncePerKey } from '@spillway/runtime';
import type { Term } from '../lease/term.js';
import { Lane } from './lane.js';

/** Puts on the log what is so in the regions: in order per subject, one at a time, the newest of what waits. */
export class Announcer {
  private readonly lanes = new Map<string, Lane>();
  private count = 0;
  private readonly complaints: OncePerKey;

  constructor(
    private readonly bus: Bus,
    private readonly term: Term,
    logger: LoggerService,
  ) {
    this.complaints = new OncePerKey(logger, 'Announcements');
  }

  spillover(region: string, spillover: Spillover): void {
    this.offer('spillover', region, spillover);
  }

  overload(region: string, overload: Overload): void {
    this.offer('overload', region, overload);
  }

  /** A plan that is not carried out, or one that is said again. */
  report(region: string, scale: Scale): void {
    this.offer('scale', region, scale);
  }

  /** A plan that is carried out: it is on the log when this resolves. @throws {RecordError} */
  plan(region: string, scale: Scale): Promise<void> {
    const subject = subjectOf.scale(region);
    return this.laneOf(subject).enqueue(() => this.record(subject, scale));
  }

  private offer(kind: 'spillover' | 'overload' | 'scale', region: string, payload: unknown): void {
    const subject = subjectOf[kind](region);
    this.laneOf(subject).offer(
      () => this.record(subject, payload),
      (error) => {
        if (!this.term.signal.aborted) this.complaints.warn(subject, `${subject}: ${String(error)}`);
      },
    );
  }

  private async record(subject: string, payload: unknown): Promise<void> {
    this.term.ensureCurrent();
    const id = `${subject}-${this.term.generation}-${++this.count}`;
    await this.bus.record(subject, payload, id, this.term.signal);
  }

  private laneOf(subject: string): Lane {
    const lane = this.lanes.get(subject) ?? new Lane();
    this.lanes.set(subject, lane);
    return lane;
  }
}
