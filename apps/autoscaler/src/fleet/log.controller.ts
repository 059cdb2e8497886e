import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Inject, Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import {
  LOG_SUBJECTS,
  POLICY_KEY,
  storedPolicySchema,
  type LogEntry,
  type PolicyDocument,
} from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { BUS, LOG_STATUS, type LogStatus } from '@spillway/messaging/nest';
import { OncePerKey } from '@spillway/runtime';
import { AutoscalerMetrics } from '../autoscaler-metrics.js';
import { LOOP, type Loop } from '../control/loop.js';
import { FleetView } from './fleet-view.js';

/** Milliseconds until a stored policy is looked for again. */
const RETRY_MS = 1_000;
const NO_POLICY = 'There is no policy yet: put one on the log with `spillway policy apply`';

/** Where the log enters the autoscaler. */
@Controller()
export class LogController implements OnModuleDestroy {
  private readonly logger = new Logger('Log');
  private readonly stopping = new AbortController();
  private readonly complaints = new OncePerKey(this.logger, 'Messages dropped');
  private readonly policyComplaints = new OncePerKey(this.logger, 'The policy');

  private restoring: Promise<void> | undefined;

  constructor(
    private readonly view: FleetView,
    @Inject(LOOP) private readonly loop: Loop,
    private readonly metrics: AutoscalerMetrics,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @EventPattern(LOG_SUBJECTS)
  onEntry(@Payload() entry: LogEntry): void {
    const outcome = this.view.fold(entry);
    this.loop.observe(entry);
    this.metrics.log.entries.inc({ outcome });
  }

  @EventPattern(LOG_STATUS)
  async onStatus(@Payload() status: LogStatus): Promise<void> {
    switch (status.kind) {
      case 'rejected':
        this.metrics.log.rejected.inc({ reason: status.reason });
        this.complaints.warn(status.subject, `${status.subject}: ${status.reason}, ${status.detail}`);
        return;
      case 'gap':
        this.metrics.log.gaps.inc({ cause: status.cause });
        this.logger.warn(
          `Positions ${status.from} to ${status.to ?? '?'} are gone from the log: ${status.cause}`,
        );
        return;
      case 'caught-up':
        this.view.caughtUp();
        this.restoring ??= this.restorePolicy().finally(() => (this.restoring = undefined));
        await this.restoring;
    }
  }

  onModuleDestroy(): void {
    this.stopping.abort();
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
