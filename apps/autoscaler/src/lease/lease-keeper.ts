import type { LoggerService } from '@nestjs/common';
import { AUTOSCALER_LEASE_KEY, leaseSchema, type Lease } from '@spillway/contracts';
import { RevisionConflictError, type Bus } from '@spillway/messaging';
import { OncePerKey } from '@spillway/runtime';
import { LeaseUnreadableError } from './errors.js';
import {
  BEAT_MS,
  claimedLease,
  givenBack,
  HOLD_MS,
  mayAct,
  mayClaim,
  missLease,
  renewedLease,
  resolveUnsure,
  seeLease,
  type HeldLease,
  type LeaseReading,
  type SeenLease,
} from './lease-state.js';
import { Patience } from './patience.js';
import { Term } from './term.js';

export interface LeaseKeeperOptions {
  readonly bus: Bus;
  /** This run of this process; nobody else's, ever. */
  readonly holder: string;
  readonly logger: LoggerService;
  /** The lease was taken: act until the term is over. */
  readonly onTerm: (term: Term) => void;
}

/** Contends for the lease, renews it, and ends the term when it may not be held any more. */
export class LeaseKeeper {
  private seen: SeenLease | undefined;
  private held: { readonly term: Term; lease: HeldLease } | undefined;
  private floor = 0;
  private readonly patience = new Patience();
  private timer: NodeJS.Timeout | undefined;
  private expiry: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private isStopped = false;
  private readonly complaints: OncePerKey;
  private offLink = () => {};

  constructor(private readonly options: LeaseKeeperOptions) {
    this.complaints = new OncePerKey(options.logger, 'The lease');
  }

  /** The term under way. */
  get term(): Term | undefined {
    return this.held?.term;
  }

  /** Who held the lease when it was last read; `undefined` when that is not known. */
  get lastSeen(): Lease | undefined {
    return this.held?.lease.lease ?? this.seen?.lease;
  }

  start(): void {
    this.offLink = this.options.bus.onLink((link) => {
      if (link === 'up') return this.tick();
      this.seen = missLease(this.seen);
      this.lose('the link to NATS is down');
    });
    this.timer = setInterval(() => this.tick(), BEAT_MS);
    this.tick();
  }

  /** Ends the term if it is the one under way, and gives the lease back; then contends for it again. */
  surrender(term: Term, reason: string, generationAbove = 0): void {
    this.floor = Math.max(this.floor, generationAbove);
    const { held } = this;
    if (held?.term !== term) return;
    this.lose(reason);
    this.patience.lost(performance.now());
    void this.giveBack(held.lease);
  }

  /** Ends the term and gives the lease back at once, as far as NATS allows. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.offLink();
    clearInterval(this.timer);
    await this.beating;
    const { held } = this;
    this.lose('this autoscaler is being stopped');
    if (held) await this.giveBack(held.lease);
  }

  private tick(): void {
    if (this.isStopped || this.beating || this.options.bus.link === 'down') return;
    this.beating = this.beat().finally(() => (this.beating = undefined));
  }

  private async beat(): Promise<void> {
    try {
      if (this.held) await this.renew(this.held);
      else await this.contend();
      this.complaints.forget('failing');
    } catch (error) {
      this.seen = missLease(this.seen);
      this.complaints.warn('failing', `The lease could not be kept: ${String(error)}`);
    }
  }

  private async contend(): Promise<void> {
    const reading = await this.read();
    const seen = seeLease(this.seen, reading, performance.now());
    this.seen = seen;
    const now = performance.now();
    if (this.isStopped || !mayClaim(seen, this.options.holder, now) || !this.patience.isOver(now)) return;
    const leastGeneration = Math.floor(Date.now() / 1000);
    const lease = claimedLease(seen, { self: this.options.holder, floor: this.floor, leastGeneration });
    const sentAtMs = performance.now();
    try {
      const revision = await this.write(lease, seen.revision);
      this.begin({ lease, revision, sentAtMs, unsure: undefined });
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
    }
  }

  private begin(lease: HeldLease): void {
    // Should the store be lost, the next generation is above this one all the same.
    this.floor = Math.max(this.floor, lease.lease.generation);
    if (this.isStopped) return void this.giveBack(lease);
    if (this.options.bus.link === 'down' || !mayAct(lease, performance.now())) return;
    const { generation } = lease.lease;
    this.patience.taken(performance.now());
    const term = new Term(generation, () => this.isHeld(term));
    this.held = { term, lease };
    this.watchExpiry();
    this.options.logger.log(`Leads: took the lease of generation ${generation}`, 'Lease');
    this.options.onTerm(term);
  }

  private isHeld(term: Term): boolean {
    const { held } = this;
    return held?.term === term && this.options.bus.link === 'up' && mayAct(held.lease, performance.now());
  }

  private async renew(held: { readonly term: Term; lease: HeldLease }): Promise<void> {
    if (held.lease.unsure) {
      const resolved = resolveUnsure(held.lease, await this.read());
      if (this.held !== held) return;
      if (!resolved) return this.lose('another autoscaler has taken it');
      held.lease = resolved;
    }
    const lease = renewedLease(held.lease);
    const sentAtMs = performance.now();
    try {
      const revision = await this.write(lease, held.lease.revision);
      held.lease = { lease, revision, sentAtMs, unsure: undefined };
      this.watchExpiry();
    } catch (error) {
      if (error instanceof RevisionConflictError) return this.loseIf(held, 'another writer has changed it');
      held.lease = { ...held.lease, unsure: { beat: lease.beat, sentAtMs } };
      throw error;
    }
  }

  private loseIf(held: { readonly term: Term }, reason: string): void {
    if (this.held === held) this.lose(reason);
  }

  /** The timer for those who wait; who acts asks the term itself. */
  private watchExpiry(): void {
    clearTimeout(this.expiry);
    const { held } = this;
    if (!held) return;
    const leftMs = held.lease.sentAtMs + HOLD_MS - performance.now();
    this.expiry = setTimeout(() => this.loseIf(held, 'it could not be renewed in time'), Math.max(0, leftMs));
  }

  private lose(reason: string): void {
    clearTimeout(this.expiry);
    const { held } = this;
    if (!held) return;
    this.held = undefined;
    this.options.logger.warn(`Leads no more (generation ${held.term.generation}): ${reason}`, 'Lease');
    held.term.end(reason);
  }

  /** Best effort: where it fails, the others wait for the silence to be long enough. */
  private async giveBack({ lease, revision }: HeldLease): Promise<void> {
    await this.write(givenBack(lease), revision).catch((error: unknown) => {
      this.options.logger.warn(`The lease could not be given back: ${String(error)}`, 'Lease');
    });
  }

  private async read(): Promise<LeaseReading> {
    const stored = await this.options.bus.state.get(AUTOSCALER_LEASE_KEY);
    if (!stored) return { lease: undefined, revision: undefined };
    const parsed = leaseSchema.safeParse(stored.value);
    if (!parsed.success) throw new LeaseUnreadableError(parsed.error);
    return { lease: parsed.data, revision: stored.revision };
  }

  private write(lease: Lease, revision: number | undefined): Promise<number> {
    return this.options.bus.state.put(AUTOSCALER_LEASE_KEY, lease, revision);
  }
}
