import { Inject, Module, type DynamicModule, type LoggerService } from '@nestjs/common';
import type { Bus } from '@spillway/messaging';
import { Health, HealthModule, METRICS, MetricsModule } from '@spillway/runtime';
import type { Registry } from 'prom-client';
import type { ReporterConfig } from './config.js';
import { Reporter } from './reporter.js';
import { ReporterMetrics } from './reporter-metrics.js';

export interface ReporterParts {
  readonly config: ReporterConfig;
  readonly bus: Bus;
  readonly logger: LoggerService;
}

@Module({})
export class ReporterModule {
  static with({ config, bus, logger }: ReporterParts): DynamicModule {
    const createReporter = (registry: Registry) =>
      new Reporter(config, bus, logger, new ReporterMetrics(registry, config.SAMPLERS));
    return {
      module: ReporterModule,
      imports: [MetricsModule, HealthModule],
      providers: [{ provide: Reporter, useFactory: createReporter, inject: [METRICS] }],
    };
  }

  constructor(@Inject(Reporter) reporter: Reporter, @Inject(Health) health: Health) {
    health.add('nats', () =>
      reporter.link === 'up'
        ? { status: 'ok', detail: 'connected' }
        : { status: 'degraded', detail: 'not connected: nobody hears the heartbeats; still trying' },
    );
    health.add('commands', () =>
      reporter.hearsCommands
        ? { status: 'ok', detail: describeDrain(reporter) }
        : { status: 'degraded', detail: 'not read from the log yet: drains do not reach this node' },
    );
    health.add('load', () => {
      if (reporter.observation.isSynthetic) {
        return { status: 'degraded', detail: 'part of it is synthetic, made up for a demonstration' };
      }
      const problems = reporter.loadProblems;
      return problems.length > 0
        ? { status: 'degraded', detail: problems.join('; ') }
        : { status: 'ok', detail: 'as measured' };
    });
    health.add('relay', () =>
      reporter.isAnswering
        ? { status: 'ok', detail: 'answers' }
        : { status: 'degraded', detail: 'does not answer, so no client is sent to it' },
    );
  }
}

function describeDrain({ drain, observation }: Reporter): string {
  if (!drain) return 'none in force';
  const { allocations } = observation.load;
  return drain.isOver
    ? `drain ${drain.commandId} is over`
    : `drain ${drain.commandId}: ${allocations ?? 'an unknown number of'} allocations left`;
}
