import type { LinkState } from '@spillway/messaging';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Drain } from './drain/orders.js';
import type { Observation } from './heartbeat/observation.js';

/** What the gauges read when they are scraped. */
export interface ReporterView {
  readonly observation: Observation;
  readonly isAnswering: boolean;
  readonly link: LinkState;
  readonly drain: Drain | undefined;
  readonly certificateExpiresAtMs: number | undefined;
}

const LOAD_GAUGES = [
  ['cpu', 'spillway_node_cpu_ratio', 'CPU of the node in use, 0 to 1'],
  ['egressBps', 'spillway_node_egress_bps', 'Bits per second the node sends'],
  ['ingressBps', 'spillway_node_ingress_bps', 'Bits per second the node receives'],
  ['allocations', 'spillway_node_allocations', 'Allocations the node holds'],
] as const;

export class ReporterMetrics {
  readonly heartbeats: Counter;
  readonly sampleFailures: Counter<'sampler'>;
  readonly commands: Counter<'verdict'>;

  constructor(
    private readonly registry: Registry,
    samplerNames: readonly string[],
  ) {
    const registers = [registry];
    this.heartbeats = new Counter({
      name: 'spillway_heartbeats_published_total',
      help: 'Heartbeats handed to a link that was up',
      registers,
    });
    this.sampleFailures = new Counter({
      name: 'spillway_sample_failures_total',
      help: 'Samples of which something is unknown, by sampler',
      labelNames: ['sampler'],
      registers,
    });
    this.commands = new Counter({
      name: 'spillway_commands_total',
      help: 'Drains and undrains read from the log, by what came of them',
      labelNames: ['verdict'],
      registers,
    });
    for (const verdict of ['obeyed', 'expired', 'other-instance']) this.commands.inc({ verdict }, 0);
    for (const sampler of samplerNames) this.sampleFailures.inc({ sampler }, 0);
  }

  /** Registers the gauges that read `view` at every scrape. */
  show(view: () => ReporterView): void {
    this.gauge('spillway_relay_up', 'Whether the relay answers', () => Number(view().isAnswering));
    this.gauge('spillway_link_up', 'Whether NATS is connected', () => Number(view().link === 'up'));
    const isSynthetic = () => Number(view().observation.isSynthetic ?? false);
    this.gauge('spillway_node_synthetic', 'Whether part of the load is made up', isSynthetic);
    const isDraining = () => Number(view().drain?.isOver === false);
    this.gauge('spillway_node_draining', 'Whether a drain is in force and not over yet', isDraining);
    this.gauge('spillway_node_drained', 'Whether a drain is over', () =>
      Number(view().drain?.isOver === true),
    );
    this.gauge(
      'spillway_node_certificate_expiry_timestamp_seconds',
      'When the certificate ends that clients are shown, in seconds since the epoch; absent while unknown',
      () => secondsOf(view().certificateExpiresAtMs),
    );
    for (const [part, name, help] of LOAD_GAUGES) {
      this.gauge(name, `${help}; absent while unknown`, () => view().observation.load[part]);
    }
  }

  private gauge(name: string, help: string, read: () => number | null): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        const value = read();
        // A gauge without a value would be shown as 0.
        if (value === null) gauge.remove();
        else gauge.set(value);
      },
    });
  }
}

const secondsOf = (ms: number | undefined) => (ms === undefined ? null : ms / 1000);
