import type { LoggerService } from '@nestjs/common';
import type { Bus, LinkState } from '@spillway/messaging';
import { certificateTargetFrom, stunTargetFrom, type ReporterConfig } from './config.js';
import { OrderBook } from './drain/order-book.js';
import type { Drain } from './drain/orders.js';
import { RelaySignal } from './drain/relay-signal.js';
import { Heartbeats } from './heartbeat/heartbeats.js';
import { decideEcho, decideState, type Observation } from './heartbeat/observation.js';
import { identityFrom } from './identity.js';
import { CertificateCheck } from './relay/certificate-check.js';
import { RelayCheck } from './relay/relay-check.js';
import type { ReporterMetrics } from './reporter-metrics.js';
import { SecretEpoch } from './secret-epoch.js';
import { createSampler } from './samplers/registry.js';
import { Sampling } from './samplers/sampling.js';

/** Samples and checks one node, publishes its heartbeats and carries out its drains. */
export class Reporter {
  private readonly sampling: Sampling;
  private readonly relayCheck: RelayCheck | undefined;
  private readonly certificateCheck: CertificateCheck | undefined;
  private readonly orderBook: OrderBook;
  private readonly signal: RelaySignal | undefined;
  private readonly heartbeats: Heartbeats;
  private isStopping = false;

  constructor(
    config: ReporterConfig,
    private readonly bus: Bus,
    logger: LoggerService,
    metrics: ReporterMetrics,
  ) {
    const intervalMs = config.INTERVAL_MS;
    const identity = identityFrom(config);
    const target = stunTargetFrom(config);
    const notice = () => this.notice();
    this.relayCheck = target && new RelayCheck({ target, intervalMs, logger, onChecked: notice });
    const certificateTarget = certificateTargetFrom(config);
    this.certificateCheck = certificateTarget && new CertificateCheck({ target: certificateTarget, logger });
    this.sampling = new Sampling({
      samplers: config.SAMPLERS.map((name) => createSampler(name, config, { node: identity, bus, logger })),
      intervalMs,
      logger,
      onSampled: notice,
      onFailed: (sampler) => metrics.sampleFailures.inc({ sampler }),
    });
    this.signal =
      config.DRAIN_SIGNAL === undefined ? undefined : new RelaySignal(config.DRAIN_SIGNAL, logger);
    const epoch = new SecretEpoch(config.SECRET_EPOCH, config.SECRET_EPOCH_PATH, logger);
    this.heartbeats = new Heartbeats({
      identity,
      secretEpoch: () => epoch.read(),
      bus,
      logger,
      observe: () => this.observation,
      onPublished: () => metrics.heartbeats.inc(),
    });
    this.orderBook = new OrderBook({
      bus,
      node: identity,
      quietMs: config.DRAIN_QUIET_SECONDS * 1000,
      logger,
      onRecalled: () => this.heartbeats.start(),
      onChanged: notice,
      onJudged: (verdict) => metrics.commands.inc({ verdict }),
    });
    metrics.show(() => this);
  }

  get isAnswering(): boolean {
    return this.relayCheck ? this.relayCheck.isAnswering : this.sampling.isServerAnswering;
  }

  /** Why part of the load is not measured. */
  get loadProblems(): string[] {
    return this.sampling.problems;
  }

  get link(): LinkState {
    return this.bus.link;
  }

  /** When the certificate that clients are shown ends, in ms since the epoch; `undefined` while unknown. */
  get certificateExpiresAtMs(): number | undefined {
    return this.certificateCheck?.expiresAtMs;
  }

  /** The drain in force. */
  get drain(): Drain | undefined {
    return this.orderBook.orders.drain;
  }

  /** Whether commands reach this node, as far as that is known. */
  get hearsCommands(): boolean {
    return this.orderBook.isHeard;
  }

  get observation(): Observation {
    const { isStopping, isAnswering, drain, orderBook } = this;
    const { load, software, isSynthetic } = this.sampling.measured;
    const isFinishing = this.signal?.isFinishing ?? false;
    return {
      state: decideState({ isStopping, isAnswering, drain, isFinishing, isSettled: orderBook.isSettled }),
      load,
      software: this.relayCheck?.software ?? software,
      isSynthetic,
      commandId: decideEcho({ isStopping, drain }, orderBook.orders.commandId),
    };
  }

  start(): void {
    this.orderBook.start();
    void this.sampling.run();
    void this.relayCheck?.run();
    void this.certificateCheck?.run();
  }

  /** Says its last word; the bus still has to be flushed. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.sampling.stop();
    this.relayCheck?.stop();
    this.certificateCheck?.stop();
    this.heartbeats.stop();
    await this.orderBook.stop();
  }

  private notice(): void {
    if (this.isStopping) return;
    this.carryOutDrain();
    this.heartbeats.notice();
  }

  private carryOutDrain(): void {
    const { drain, signal } = this;
    if (!drain) return;
    // What answers says what it is; until then there is nobody to be told.
    if (!drain.isOver && this.relayCheck?.isAnswering)
      signal?.send(drain.commandId, this.relayCheck.software);
    this.orderBook.watch({
      allocations: this.sampling.measured.load.allocations,
      sampledAt: this.sampling.allocationsAt,
      hasFinished: signal?.hasFinished(drain.commandId) ?? false,
    });
  }
}
