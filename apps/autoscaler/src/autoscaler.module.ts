import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { BUS, type Bus } from '@spillway/messaging';
import { Health, HealthModule, METRICS, MetricsModule } from '@spillway/runtime';
import type { Registry } from 'prom-client';
import { Autoscaler, type AutoscalerOptions } from './autoscaler.js';
import { AutoscalerMetrics } from './autoscaler-metrics.js';
import { LOOP, type Loop } from './control/loop.js';
import { FleetView } from './fleet/fleet-view.js';
import { LogIntake } from './fleet/log-intake.js';
import { addReadinessChecks } from './readiness.js';
import { registerGauges } from './region-gauges.js';

/** What the autoscaler is given from outside. */
export type AutoscalerParts = Omit<AutoscalerOptions, 'metrics'> & { readonly bus: Bus; readonly loop: Loop };

@Module({})
export class AutoscalerModule {
  constructor(
    @Inject(Health) health: Health,
    @Inject(Autoscaler) autoscaler: Autoscaler,
    @Inject(METRICS) registry: Registry,
  ) {
    addReadinessChecks(health, autoscaler);
    registerGauges(registry, () => autoscaler);
  }

  static with(parts: AutoscalerParts): DynamicModule {
    const create = (metrics: AutoscalerMetrics) => new Autoscaler({ ...parts, metrics });
    return {
      module: AutoscalerModule,
      imports: [HealthModule, MetricsModule],
      providers: [
        { provide: BUS, useValue: parts.bus },
        { provide: LOOP, useValue: parts.loop },
        { provide: FleetView, useValue: parts.view },
        { provide: Autoscaler, useFactory: create, inject: [AutoscalerMetrics] },
        AutoscalerMetrics,
        LogIntake,
      ],
    };
  }
}
