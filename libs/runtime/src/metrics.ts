import { Controller, Get, Header, Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** The process's one registry: inject it and register metrics named `spillway_<noun>_<unit>[_total]` with it. */
export const METRICS = Symbol('metrics');

@Controller()
export class MetricsController {
  constructor(@Inject(METRICS) private readonly registry: Registry) {}

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  scrape(): Promise<string> {
    return this.registry.metrics();
  }
}

function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
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
