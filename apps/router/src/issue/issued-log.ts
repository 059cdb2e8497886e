import { subjectOf } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import type { Decision, RefusedRequest } from './decision.js';
import { IssuedBatch, type StepTaken } from './issued-batch.js';
import type { OwnBatches } from './own-batches.js';
import type { DecidingView, Moment } from './standpoint.js';

/** Milliseconds between batches while decisions are made. */
const FLUSH_MS = 250;
/** Milliseconds between signs of life while none are. */
const SIGN_OF_LIFE_MS = 2_000;
/** Decisions kept while the log cannot be written, about 25 MB; then the oldest are given up, and counted. */
const MAX_WAITING = 100_000;

/** Where a lost decision is counted and a fault is told. */
export interface IssuedLogEvents {
  onLost(decisions: number): void;
  onFault(error: unknown): void;
}

/** Writes what this router issued to the log: numbered batches, in order, acknowledged. */
export class IssuedLog {
  /** Those to be sent, in order; the last one may still grow. */
  private readonly waiting: IssuedBatch[] = [];
  private waitingCount = 0;
  /** Not told yet, and no batch to tell them in. */
  private readonly steps: StepTaken[] = [];
  private nextN = 0;
  private batch = 0;
  private lastSentAt = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Until what is being sent has been, or could not be. */
  private sending: Promise<unknown> | undefined;
  private readonly giveUp = new AbortController();
  private readonly encoder = new TextEncoder();

  constructor(
    private readonly bus: Bus,
    private readonly routerId: string,
    private readonly bootId: string,
    private readonly view: DecidingView,
    private readonly events: IssuedLogEvents,
    private readonly own: OwnBatches,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => this.tick(), FLUSH_MS);
  }

  /** Call before anything is reserved for it: the batch tells what was counted up to then. */
  add(decision: Decision): void {
    this.batchFor(decision).add(decision);
    this.nextN = decision.n + 1;
    this.count();
  }

  refuse(request: RefusedRequest): void {
    this.batchFor(request).refuse(request);
    this.count();
  }

  /** Something else happened that decisions from now on depend on. */
  note(kind: StepTaken['kind'], { atMs, position }: Moment): void {
    const step = { kind, atMs, position };
    const open = this.waiting.at(-1);
    if (open) open.note(step);
    else this.steps.push(step);
  }

  /** Everything that waits now, or an empty batch, acknowledged: moves log time to now. @returns the position of the last. */
  signOfLife(): Promise<number> {
    return this.send();
  }

  /** Sends what is left, for at most `limitMs`, then stops; what is left even then is given up, and counted. */
  async stop(limitMs: number): Promise<void> {
    clearInterval(this.timer);
    const limit = setTimeout(() => this.giveUp.abort(), limitMs);
    await this.sending;
    if (this.waiting.length > 0 && !this.giveUp.signal.aborted) await this.sendAtLast();
    clearTimeout(limit);
    for (const batch of this.waiting.splice(0)) this.lose(batch);
  }

  private begin(look?: 'look'): IssuedBatch {
    return new IssuedBatch(this.nextN, this.view, this.steps.splice(0), look);
  }

  private batchFor(moment: Moment): IssuedBatch {
    const open = this.waiting.at(-1);
    if (open?.takes(moment)) return open;
    const batch = this.begin();
    this.waiting.push(batch);
    return batch;
  }

  private count(): void {
    this.waitingCount++;
    if (this.waitingCount <= MAX_WAITING) return;
    const oldest = this.waiting.shift();
    if (!oldest) return;
    this.waitingCount -= oldest.size;
    this.lose(oldest);
  }

  /** Its decisions are lost; what happened meanwhile is told with the next. */
  private lose(batch: IssuedBatch): void {
    if (batch.decisionCount > 0) this.events.onLost(batch.decisionCount);
    const next = this.waiting[0];
    if (next) next.noteBefore(batch.stepsTaken);
    else this.steps.unshift(...batch.stepsTaken);
  }

  private tick(): void {
    if (this.sending) return;
    const isDue = performance.now() - this.lastSentAt >= SIGN_OF_LIFE_MS;
    if (this.waiting.length === 0 && (!isDue || this.bus.link === 'down')) return;
    void this.sendAtLast();
  }

  /** Never rejects. */
  private async sendAtLast(): Promise<void> {
    await this.send().catch((error: unknown) => this.events.onFault(error));
  }

  /** One after the other: what was decided first is told first, whoever asks for it to be sent. */
  private send(): Promise<number> {
    const sent = (this.sending ?? Promise.resolve()).then(() => this.sendWaiting());
    const sending = Promise.allSettled([sent]).then(() => {
      if (this.sending === sending) this.sending = undefined;
    });
    this.sending = sending;
    return sent;
  }

  /** What waits now; one empty batch when nothing does. What comes in meanwhile is for the next time: it may never end. */
  private async sendWaiting(): Promise<number> {
    let left = this.waiting.length;
    let position: number;
    do {
      const batch = this.waiting.shift() ?? this.begin('look');
      this.waitingCount -= batch.size;
      position = await this.record(batch);
      left--;
    } while (left > 0 && this.waiting.length > 0);
    return position;
  }

  private async record(batch: IssuedBatch): Promise<number> {
    const { routerId, bootId } = this;
    const n = this.batch++;
    const at = new Date().toISOString();
    const head = { at, routerId, bootId, batch: n };
    const payload = this.encoder.encode(batch.write(head));
    this.own.await({ head, payload });
    try {
      const id = `${routerId}-${bootId}-${n}`;
      return await this.bus.record(subjectOf.issued(routerId), payload, id, this.giveUp.signal);
    } catch (error) {
      this.lose(batch);
      throw error;
    } finally {
      this.lastSentAt = performance.now();
    }
  }
}
