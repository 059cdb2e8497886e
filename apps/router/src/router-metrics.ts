import { Inject, Injectable } from '@nestjs/common';
import type { IceServersAnswer, ProblemCode } from '@spillway/contracts';
import { METRICS } from '@spillway/runtime';
import { Counter, Histogram, type Registry } from 'prom-client';
import { fleetGauges } from './fleet/fleet-gauges.js';
import { FleetView } from './fleet/fleet-view.js';

/** The way a request came in. */
export type Face = 'http' | 'grpc' | 'nats';

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5];

/** What an operator watches; the reference is `docs/reference/router-metrics.md`. */
@Injectable()
export class RouterMetrics {
  private readonly requests: Counter<'face' | 'code'>;
  private readonly duration: Histogram<'face'>;
  private readonly placements: Counter<'region' | 'reason'>;
  readonly rejected: Counter<'reason'>;
  readonly entries: Counter<'outcome'>;
  readonly gaps: Counter<'cause'>;
  readonly unlogged: Counter;

  constructor(@Inject(METRICS) registry: Registry, view: FleetView) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'spillway_requests_total',
      help: 'Requests for ICE servers by face and outcome ("ok" or the problem\'s code)',
      labelNames: ['face', 'code'],
      registers,
    });
    this.duration = new Histogram({
      name: 'spillway_request_duration_seconds',
      help: 'Time to answer a request for ICE servers, without the network',
      labelNames: ['face'],
      buckets: SECONDS,
      registers,
    });
    this.placements = new Counter({
      name: 'spillway_placements_total',
      help: 'Clients placed, by region served from and reason',
      labelNames: ['region', 'reason'],
      registers,
    });
    this.rejected = new Counter({
      name: 'spillway_log_rejected_total',
      help: 'Messages of the log that were dropped unread, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.entries = new Counter({
      name: 'spillway_log_entries_total',
      help: 'Entries of the log, by what became of them in the fold',
      labelNames: ['outcome'],
      registers,
    });
    this.gaps = new Counter({
      name: 'spillway_log_gaps_total',
      help: 'Times a part of the log was gone before it was read',
      labelNames: ['cause'],
      registers,
    });
    this.unlogged = new Counter({
      name: 'spillway_decisions_unlogged_total',
      help: 'Decisions that could not be put on the log',
      registers,
    });
    fleetGauges(view, registry);
  }

  answered(face: Face, { placement }: IceServersAnswer, startedAt: number): void {
    this.requests.inc({ face, code: 'ok' });
    this.placements.inc({ region: placement.region, reason: placement.reason });
    this.duration.observe({ face }, (performance.now() - startedAt) / 1000);
  }

  failed(face: Face, code: ProblemCode, startedAt: number): void {
    this.requests.inc({ face, code });
    this.duration.observe({ face }, (performance.now() - startedAt) / 1000);
  }
}
