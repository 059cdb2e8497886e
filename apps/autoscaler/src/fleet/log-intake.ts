import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import {
  ISSUED_WINDOW_SECONDS,
  POLICY_KEY,
  storedPolicySchema,
  type LogEntry,
  type PolicyDocument,
} from '@spillway/contracts';
import {
  BUS,
  type Bus,
  type Following,
  type LogGap,
  type LogListener,
  type RejectedMessage,
} from '@spillway/messaging';
import { OncePerKey } from '@spillway/runtime';
import { AutoscalerMetrics } from '../autoscaler-metrics.js';
import { LOOP, type Loop } from '../control/loop.js';
import { FleetView } from './fleet-view.js';

/** Milliseconds until a stored policy is looked for again. */
const RETRY_MS = 1_000;
const NO_POLICY = 'There is no policy yet: put one on the log with `spillway policy apply`';

/** Where the log enters the autoscaler. */
@Injectable()
export class LogIntake implements LogListener, OnModuleDestroy {
  private readonly logger = new Logger('Log');
  private readonly stopping = new AbortController();
  private readonly complaints = new OncePerKey(this.logger, 'Messages dropped');
  private readonly policyComplaints = new OncePerKey(this.logger, 'The policy');
  private following: Promise<Following> | undefined;
  private restoring: Promise<void> | undefined;

  constructor(
    private readonly view: FleetView,
    @Inject(LOOP) private readonly loop: Loop,
    private readonly metrics: AutoscalerMetrics,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** Does not wait for NATS: it may come later. */
  follow(): void {
    this.following = this.bus.follow(this, { issuedWindowSeconds: ISSUED_WINDOW_SECONDS });
  }

  onEntry(entry: LogEntry): void {
    const outcome = this.view.fold(entry);
    this.loop.observe(entry);
    this.metrics.log.entries.inc({ outcome });
  }

  onRejected({ subject, reason, detail }: RejectedMessage): void {
    this.metrics.log.rejected.inc({ reason });
    this.complaints.warn(subject, `${subject}: ${reason}, ${detail}`);
  }

  onGap({ from, to, cause }: LogGap): void {
    this.metrics.log.gaps.inc({ cause });
    this.logger.warn(`Positions ${from} to ${to ?? '?'} are gone from the log: ${cause}`);
  }

  onCaughtUp(): void {
    this.view.caughtUp();
    this.restoring ??= this.restorePolicy().finally(() => (this.restoring = undefined));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await (await this.following)?.stop();
  }

  /**
   * The policy may have outlived its entry on the log, or never have come there. Tried until there is one, from here or
   * from the log.
   */
  private async restorePolicy(): Promise<void> {
    const { view, stopping } = this;
    while (!view.policy && !stopping.signal.aborted) {
      try {
        const stored = await this.bus.state.get(POLICY_KEY);
        if (view.policy) return;
        if (stored) return this.adopt(storedPolicySchema.parse(stored.value));
        this.policyComplaints.warn('none', NO_POLICY);
      } catch (error) {
        this.policyComplaints.warn(POLICY_KEY, `The stored policy could not be read: ${String(error)}`);
      }
      await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  private adopt(policy: PolicyDocument): void {
    const { view } = this;
    view.fold({ position: view.fleet.position, at: 0, event: { kind: 'policy', policy } });
  }
}
