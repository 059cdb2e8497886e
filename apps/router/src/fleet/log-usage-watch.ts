import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { BUS, type Bus } from '@spillway/messaging';
import { RouterMetrics } from '../router-metrics.js';

/** Milliseconds between two looks: as often as Prometheus usually does. */
const LOOK_MS = 15_000;

/** Asks NATS how full the log is. */
@Injectable()
export class LogUsageWatch implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly metrics: RouterMetrics,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
    this.timer.unref();
    void this.look();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async look(): Promise<void> {
    this.metrics.logUsage.show(await this.bus.logUsage());
  }
}
