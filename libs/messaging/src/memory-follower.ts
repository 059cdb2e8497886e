import { LOG_SUBJECTS } from '@spillway/contracts';
import type { FollowOptions, Following, LinkState, LogGap, LogListener } from './bus.js';
import { Delivery } from './delivery.js';
import { selectHydration, type MemoryLog } from './memory-log.js';
import type { BusLogger } from './nats-options.js';
import { planReading } from './reading.js';
import { matchesSubject } from './subject-filter.js';

/** Follows a `MemoryLog`: reads on at every change of the log or the link, a microtask later. */
export class MemoryFollower implements Following {
  private readonly delivery: Delivery;
  private readonly filter: string;
  private readonly detach: () => void;
  private isScheduled = false;
  private isStopped = false;
  private streamCreated: string | undefined;
  private frontier = 0;

  constructor(
    private readonly log: MemoryLog,
    private readonly link: () => LinkState,
    listener: LogListener,
    private readonly options: FollowOptions,
    logger: BusLogger,
  ) {
    this.delivery = new Delivery(listener, logger, options.reader);
    this.filter = options.filter ?? LOG_SUBJECTS;
    this.detach = log.onChange(() => this.schedule());
  }

  get position(): number {
    return this.delivery.position;
  }

  schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      this.readOn();
    });
  }

  stop(): Promise<void> {
    this.isStopped = true;
    this.detach();
    return Promise.resolve();
  }

  readOn(): void {
    const { stream } = this.log;
    if (this.isStopped || !stream || this.link() === 'down') return;
    const last = stream.messages.find(({ position }) => position === this.delivery.position);
    const lastRead = last && (this.delivery.isLast(last) ? 'same' : 'other');
    const plan = planReading(
      { created: this.streamCreated, frontier: this.frontier },
      { ...stream, lastRead },
    );
    if (plan.how === 'hydrate') return this.hydrate(plan.gap);
    const start = this.frontier;
    this.frontier = stream.lastPosition;
    for (const message of stream.messages.slice(Math.max(0, start + 1 - stream.firstPosition))) {
      if (matchesSubject(this.filter, message.subject)) this.delivery.deliver(message);
    }
  }

  private hydrate(gap?: LogGap): void {
    const { stream } = this.log;
    if (!stream) return;
    const isSameLog = stream.created === this.streamCreated;
    this.streamCreated = stream.created;
    this.frontier = stream.lastPosition;
    const { issuedWindowSeconds = 0 } = this.options;
    const messages = selectHydration(stream.messages, this.filter, issuedWindowSeconds);
    this.delivery.beginAnew(messages, gap, isSameLog);
    this.delivery.caughtUp();
  }
}
