import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ISSUED_WINDOW_SECONDS, POLICY_KEY, storedPolicySchema, type LogEntry } from '@spillway/contracts';
import {
  BUS,
  type Bus,
  type Following,
  type LogGap,
  type LogListener,
  type MessageReader,
  type RejectedMessage,
} from '@spillway/messaging';
import { OncePerKey } from '@spillway/runtime';
import { IssuedLog } from '../issue/issued-log.js';
import { RouterMetrics } from '../router-metrics.js';
import { FleetView } from './fleet-view.js';
import { restorePrices } from './restore-prices.js';

/** Milliseconds until a stored policy that could not be read is tried again. */
const RETRY_MS = 1_000;
const NO_POLICY = 'There is no policy yet: put one on the log with `spillway policy apply`';

/** Where the log enters the router. */
@Injectable()
export class LogIntake implements LogListener, OnModuleDestroy {
  private readonly logger = new Logger('Log');
  private readonly stopping = new AbortController();
  private following: Promise<Following> | undefined;
  private readonly complaints = new OncePerKey(this.logger, 'Messages dropped');
  private readonly policyComplaints = new OncePerKey(this.logger, 'The policy');

  constructor(
    private readonly view: FleetView,
    private readonly issued: IssuedLog,
    private readonly metrics: RouterMetrics,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** Does not wait for NATS: it may come later. */
  follow(reader: MessageReader): void {
    this.following = this.bus.follow(this, { issuedWindowSeconds: ISSUED_WINDOW_SECONDS, reader });
  }

  onEntry(entry: LogEntry): void {
    const outcome = this.view.fold(entry);
    this.metrics.log.entries.inc({ outcome });
    if (outcome === 'unknown-region' && entry.event.kind === 'heartbeat') {
      const { region, nodeId } = entry.event.heartbeat;
      this.complaints.warn(`${region}.${nodeId}`, `${nodeId}: its region ${region} is not in the policy`);
    }
  }

  onRejected({ subject, reason, detail }: RejectedMessage): void {
    this.metrics.log.rejected.inc({ reason });
    this.complaints.warn(subject, `${subject}: ${reason}, ${detail}`);
  }

  onGap({ from, to, cause }: LogGap): void {
    this.metrics.log.gaps.inc({ cause });
    this.view.noteGap();
    this.logger.warn(`Positions ${from} to ${to ?? '?'} are gone from the log: ${cause}`);
  }

  onCaughtUp(): void {
    this.view.noteCaughtUp();
    void this.restorePolicy().then(() => this.restorePrices());
    void this.bringTimeToNow();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await (await this.following)?.stop();
  }

  /** The policy may have outlived its entry on the log. Tried until there is one, from here or from the log. */
  private async restorePolicy(): Promise<void> {
    const { view, stopping } = this;
    while (!view.fleet.policy && !stopping.signal.aborted) {
      try {
        const stored = await this.bus.state.get(POLICY_KEY);
        if (!stored) return this.logger.warn(NO_POLICY);
        const policy = storedPolicySchema.parse(stored.value);
        if (view.fleet.policy) return;
        view.restore({ kind: 'policy', policy });
      } catch (error) {
        this.policyComplaints.warn(POLICY_KEY, `The stored policy could not be read: ${String(error)}`);
        await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** Prices may have outlived their entries too. Not tried again: an autoscaler that lives tells them soon. */
  private async restorePrices(): Promise<void> {
    for (const [region, fault] of await restorePrices(this.view, this.bus.state)) {
      this.logger.warn(`The stored price of ${region} could not be read: ${String(fault)}`);
    }
  }

  /**
   * The last entry of the log may be old, and the fold's time with it: a sign of life of this router brings log
   * time to now, so that nodes that died meanwhile are not taken for alive.
   */
  private async bringTimeToNow(): Promise<void> {
    try {
      this.view.needUpTo(await this.issued.signOfLife());
    } catch (error) {
      this.logger.error(`The view could not be completed: ${String(error)}`);
    }
  }
}
