import type { LoggerService } from '@nestjs/common';
import type { Bus, LinkState } from '@spillway/messaging';
import { stunTargetFrom, type ReporterConfig } from './config.js';
import { Heartbeats } from './heartbeat/heartbeats.js';
import { decideState, type Observation } from './heartbeat/observation.js';
import { identityFrom } from './identity.js';
import { RelayCheck } from './relay/relay-check.js';
import type { ReporterMetrics } from './reporter-metrics.js';
import { createSampler } from './samplers/registry.js';
import { Sampling } from './samplers/sampling.js';

/** Samples and checks one node and publishes its heartbeats. */
export class Reporter {
  private readonly sampling: Sampling;
  private readonly relayCheck: RelayCheck | undefined;
  private readonly heartbeats: Heartbeats;
  private isStopping = false;

  constructor(
    config: ReporterConfig,
    private readonly bus: Bus,
    logger: LoggerService,
    metrics: ReporterMetrics,
  ) {
    const intervalMs = config.INTERVAL_MS;
    const target = stunTargetFrom(config);
    const notice = () => this.heartbeats.notice();
    this.relayCheck = target && new RelayCheck({ target, intervalMs, logger, onChecked: notice });
    this.sampling = new Sampling({
      samplers: config.SAMPLERS.map((name) => createSampler(name, config)),
      intervalMs,
      logger,
      onSampled: notice,
      onFailed: (sampler) => metrics.sampleFailures.inc({ sampler }),
    });
    this.heartbeats = new Heartbeats({
      identity: identityFrom(config),
      bus,
      logger,
      observe: () => this.observation,
      onPublished: () => metrics.heartbeats.inc(),
    });
    metrics.show(() => this);
  }

  get isAnswering(): boolean {
    return this.relayCheck ? this.relayCheck.isAnswering : this.sampling.isServerAnswering;
  }

  get link(): LinkState {
    return this.bus.link;
  }

  get observation(): Observation {
    const { isStopping, isAnswering } = this;
    const { load, software } = this.sampling.measured;
    return {
      state: decideState({ isStopping, isAnswering }),
      load,
      software: this.relayCheck?.software ?? software,
    };
  }

  start(): void {
    this.heartbeats.start();
    void this.sampling.run();
    void this.relayCheck?.run();
  }

  /** Says `stopped`; the bus still has to be flushed. */
  stop(): void {
    this.isStopping = true;
    this.sampling.stop();
    this.relayCheck?.stop();
    this.heartbeats.stop();
  }
}
