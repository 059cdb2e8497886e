import { randomInt } from 'node:crypto';
import { Inject, Module, type DynamicModule, type LoggerService } from '@nestjs/common';
import type { Bus } from '@spillway/messaging';
import { Health, HealthModule, METRICS, MetricsModule } from '@spillway/runtime';
import type { Registry } from 'prom-client';
import { masterSecretsFrom, type EnrollerConfig } from './config.js';
import { Enroller } from './enroller.js';
import { EnrollerMetrics } from './enroller-metrics.js';
import { JoinRecords } from './join-records.js';
import { RateLimit } from './rate-limit.js';
import { readSigningKeys } from './signing-keys.js';

export interface EnrollerModuleParts {
  readonly config: EnrollerConfig;
  readonly bus: Bus;
  readonly logger: LoggerService;
}

const PARTS = Symbol('parts');

@Module({})
export class EnrollerModule {
  static with(parts: EnrollerModuleParts): DynamicModule {
    return {
      module: EnrollerModule,
      imports: [MetricsModule, HealthModule],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: Enroller, useFactory: (registry: Registry) => create(parts, registry), inject: [METRICS] },
      ],
    };
  }

  constructor(@Inject(PARTS) { bus, config }: EnrollerModuleParts, @Inject(Health) health: Health) {
    health.add('nats', () =>
      bus.link === 'up'
        ? { status: 'ok', detail: 'connected' }
        : { status: 'failing', detail: 'not connected: nobody can enrol; still trying' },
    );
    health.add('keys', () => {
      readSigningKeys(config.KEYS_FOLDER);
      return { status: 'ok', detail: 'there' };
    });
  }
}

function create({ config, bus, logger }: EnrollerModuleParts, registry: Registry): Enroller {
  const metrics = new EnrollerMetrics(registry);
  return new Enroller({
    masters: masterSecretsFrom(config),
    epoch: config.SECRET_EPOCH,
    credentialsSeconds: config.CREDENTIALS_SECONDS,
    readKeys: () => readSigningKeys(config.KEYS_FOLDER),
    state: bus.state,
    records: new JoinRecords(bus.state, randomSuffix),
    limit: new RateLimit(config.REQUESTS_PER_SECOND, () => performance.now()),
    nowSeconds: () => Math.floor(Date.now() / 1000),
    logger,
    count: (outcome) => metrics.count(outcome),
  });
}

/** Without letters that are taken for others. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

const randomSuffix = () => Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
