import { Controller, Get, Header, Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import cluster from 'node:cluster';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { readMetricsOfAll, shareMetrics } from './metrics-of-all.js';
import { PROCESS_VARIABLE } from './processes.js';

/** The process's one registry: inject it and register metrics named `spillway_<noun>_<unit>[_total]` with it. */
export const METRICS = Symbol('metrics');

@Controller()
export class MetricsController {
  constructor(@Inject(METRICS) private readonly registry: Registry) {}

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  scrape(): Promise<string> {
    return cluster.isWorker ? readMetricsOfAll(this.registry) : this.registry.metrics();
  }
}

function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  if (cluster.isWorker) shareMetrics(registry, process.env[PROCESS_VARIABLE] ?? '');
  return registry;
}

/** `GET /metrics`, with Node's own metrics; see `METRICS`. */
@Module({
  providers: [{ provide: METRICS, useFactory: createRegistry }],
  controllers: [MetricsController],
  exports: [METRICS],
})
export class MetricsModule implements OnModuleDestroy {
  constructor(@Inject(METRICS) private readonly registry: Registry) {}

  onModuleDestroy(): void {
    this.registry.clear();
  }
}
