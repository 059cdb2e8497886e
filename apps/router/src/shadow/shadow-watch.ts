import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SHADOW_POLICY_KEY, shadowPolicySchema } from '@spillway/contracts';
import { BUS, StateError, type Bus } from '@spillway/messaging';
import { RouterMetrics } from '../router-metrics.js';
import { Shadow, type Candidate } from './shadow.js';

/** Milliseconds between two looks for a candidate. */
const LOOK_MS = 5_000;

/** Keeps the candidate policy as it is stored. Where that cannot be read, the one before is tried on. */
@Injectable()
export class ShadowWatch implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Shadow');
  private timer: NodeJS.Timeout | undefined;
  private revision: number | undefined;
  private complaint = '';

  constructor(
    private readonly shadow: Shadow,
    private readonly metrics: RouterMetrics,
    @Inject(BUS) private readonly bus: Bus,
  ) {
    shadow.listen(metrics.shadow);
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
    this.timer.unref();
    void this.look();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Never rejects. */
  async look(): Promise<void> {
    try {
      const stored = await this.bus.state.get(SHADOW_POLICY_KEY);
      if (stored?.revision === this.revision) return;
      this.revision = stored?.revision;
      const { policy, share } = shadowPolicySchema.parse(stored?.value ?? NONE);
      this.adopt(policy ? { policy, share } : undefined);
    } catch (error) {
      // NATS is away, or was never provisioned: nothing to say that readiness does not.
      if (error instanceof StateError && error.code !== 'unreadable') return;
      this.complain(String(error));
    }
  }

  private adopt(candidate: Candidate | undefined): void {
    if (!candidate && !this.shadow.trying) return;
    this.shadow.try(candidate);
    this.metrics.shadow.begin(candidate);
    this.logger.log(
      candidate
        ? `The policy "${candidate.policy.revision}" is tried on ${candidate.share * 100} % of requests, and answers none`
        : 'No policy is tried any more',
    );
  }

  private complain(detail: string): void {
    if (detail === this.complaint) return;
    this.complaint = detail;
    this.logger.warn(`The shadow policy could not be read, the one before is kept: ${detail}`);
  }
}

const NONE = { at: '1970-01-01T00:00:00.000Z', policy: null, share: 1 };
