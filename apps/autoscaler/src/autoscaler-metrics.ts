import { Inject, Injectable } from '@nestjs/common';
import type { Scale } from '@spillway/contracts';
import { LogMetrics, METRICS } from '@spillway/runtime';
import { Counter, Histogram, type Registry } from 'prom-client';

const CALL_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];
const STEP_SECONDS = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];

/** What an operator watches; the reference is `docs/reference/autoscaler-metrics.md`. */
@Injectable()
export class AutoscalerMetrics {
  readonly log: LogMetrics;
  readonly steps: Counter<'region' | 'step'>;
  readonly plansFailed: Counter<'region'>;
  readonly providerErrors: Counter<'provider' | 'call' | 'code'>;
  readonly providerSeconds: Histogram<'provider' | 'call'>;
  readonly stepSeconds: Histogram;

  constructor(@Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.log = new LogMetrics(registry);
    this.steps = new Counter({
      name: 'spillway_autoscaler_steps_total',
      help: 'Nodes of plans that were carried out, by step: grow, undrain, drain, terminate',
      labelNames: ['region', 'step'],
      registers,
    });
    this.plansFailed = new Counter({
      name: 'spillway_autoscaler_plans_failed_total',
      help: 'Plans that could not be carried out',
      labelNames: ['region'],
      registers,
    });
    this.providerErrors = new Counter({
      name: 'spillway_provider_errors_total',
      help: 'Calls of a provider that failed, by code',
      labelNames: ['provider', 'call', 'code'],
      registers,
    });
    this.providerSeconds = new Histogram({
      name: 'spillway_provider_call_duration_seconds',
      help: 'Time a call of a provider took, failed or not',
      labelNames: ['provider', 'call'],
      buckets: CALL_SECONDS,
      registers,
    });
    this.stepSeconds = new Histogram({
      name: 'spillway_autoscaler_step_duration_seconds',
      help: 'Time one step of the control loop took, over all regions',
      buckets: STEP_SECONDS,
      registers,
    });
  }

  planDone(region: string, { current, desired, terminate, drain, undrain }: Scale): void {
    const grow = Math.max(0, desired - (current - terminate.length));
    const counts = { grow, terminate: terminate.length, drain: drain.length, undrain: undrain.length };
    for (const [step, count] of Object.entries(counts)) {
      if (count > 0) this.steps.inc({ region, step }, count);
    }
  }
}
