import { MAX_DECISIONS_PER_BATCH, subjectOf, type DecisionRecord, type Issued } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';

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

/** A decision as it is made; its age is known when it is sent. */
export type Decision = Omit<DecisionRecord, 'ageMs'>;

interface WaitingDecision {
  readonly record: Decision;
  readonly decidedAt: number;
}

/** Writes what this router issued to the log: numbered batches, in order, acknowledged. */
export class IssuedLog {
  private waiting: WaitingDecision[] = [];
  private batch = 0;
  private lastSentAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private readonly giveUp = new AbortController();

  constructor(
    private readonly bus: Bus,
    private readonly routerId: string,
    private readonly bootId: string,
    private readonly events: IssuedLogEvents,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => this.tick(), FLUSH_MS);
  }

  add(record: Decision): void {
    this.waiting.push({ record, decidedAt: performance.now() });
    if (this.waiting.length <= MAX_WAITING) return;
    const lost = this.waiting.splice(0, MAX_DECISIONS_PER_BATCH).length;
    this.events.onLost(lost);
  }

  /** An empty batch, acknowledged: moves log time to now. @returns its position. */
  signOfLife(): Promise<number> {
    return this.record([]);
  }

  /** Sends what is left, for at most `limitMs`, then stops; what is left even then is given up, and counted. */
  async stop(limitMs: number): Promise<void> {
    clearInterval(this.timer);
    const limit = setTimeout(() => this.giveUp.abort(), limitMs);
    await this.sending;
    if (this.waiting.length > 0 && !this.giveUp.signal.aborted) await this.sendWaiting();
    clearTimeout(limit);
    const left = this.waiting.splice(0).length;
    if (left > 0) this.events.onLost(left);
  }

  private tick(): void {
    if (this.sending) return;
    const isDue = performance.now() - this.lastSentAt >= SIGN_OF_LIFE_MS;
    if (this.waiting.length === 0 && (!isDue || this.bus.link === 'down')) return;
    this.sending = this.sendWaiting().finally(() => (this.sending = undefined));
  }

  /** Everything that waits, in batches; one empty batch when nothing does. Never rejects. */
  private async sendWaiting(): Promise<void> {
    try {
      do {
        await this.record(this.waiting.splice(0, MAX_DECISIONS_PER_BATCH));
      } while (this.waiting.length > 0);
    } catch (error) {
      this.events.onFault(error);
    }
  }

  private async record(waiting: WaitingDecision[]): Promise<number> {
    const { routerId, bootId } = this;
    const batch = this.batch++;
    const now = performance.now();
    const decisions = waiting.map(({ record, decidedAt }): DecisionRecord => {
      return { ...record, ageMs: Math.round(now - decidedAt) };
    });
    const payload: Issued = { at: new Date().toISOString(), routerId, bootId, batch, decisions };
    try {
      const id = `${routerId}-${bootId}-${batch}`;
      return await this.bus.record(subjectOf.issued(routerId), payload, id, this.giveUp.signal);
    } catch (error) {
      if (decisions.length > 0) this.events.onLost(decisions.length);
      throw error;
    } finally {
      this.lastSentAt = performance.now();
    }
  }
}
