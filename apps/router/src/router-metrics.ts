import { Inject, Injectable } from '@nestjs/common';
import { PROBLEMS, type IceServersAnswer, type ProblemCode } from '@spillway/contracts';
import { LogMetrics, METRICS } from '@spillway/runtime';
import { Counter, type Registry } from 'prom-client';
import { BatchedHistogram, PairCounter } from './deferred-metrics.js';
import { fleetGauges } from './fleet/fleet-gauges.js';
import { FleetView } from './fleet/fleet-view.js';
import { LogUsageGauges } from './fleet/log-usage-gauges.js';
import { ShadowMetrics } from './shadow/shadow-metrics.js';

/** The way a request came in. */
export type Face = 'http' | 'grpc' | 'nats';

const OK = 'ok';
const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5];

/** What an operator watches; the reference is `docs/reference/router-metrics.md`. */
@Injectable()
export class RouterMetrics {
  private readonly requests: PairCounter<'face', 'code'>;
  private readonly tenantRequests: PairCounter<'tenant', 'code'>;
  private readonly duration: BatchedHistogram<'face'>;
  private readonly placements: PairCounter<'region', 'reason'>;
  private readonly spilled: PairCounter<'from', 'to'>;
  private tenants: ReadonlySet<string> = new Set();
  readonly log: LogMetrics;
  readonly unlogged: Counter;
  readonly shadow: ShadowMetrics;
  readonly logUsage: LogUsageGauges;

  constructor(@Inject(METRICS) registry: Registry, view: FleetView) {
    const registers = [registry];
    this.log = new LogMetrics(registry);
    this.requests = new PairCounter('face', 'code', {
      name: 'spillway_requests_total',
      help: 'Requests for ICE servers by face and outcome ("ok" or the problem\'s code)',
      registers,
    });
    this.tenantRequests = new PairCounter('tenant', 'code', {
      name: 'spillway_tenant_requests_total',
      help: 'Requests for ICE servers with a key of a tenant, by tenant of the policy and outcome',
      registers,
    });
    this.duration = new BatchedHistogram('face', {
      name: 'spillway_request_duration_seconds',
      help: 'Time to answer a request for ICE servers, without the network',
      buckets: SECONDS,
      registers,
    });
    this.placements = new PairCounter('region', 'reason', {
      name: 'spillway_placements_total',
      help: 'Clients placed, by region served from and reason',
      registers,
    });
    this.spilled = new PairCounter('from', 'to', {
      name: 'spillway_spilled_total',
      help: 'Clients served outside their nearest allowed region because of its price, by both regions',
      registers,
    });
    this.unlogged = new Counter({
      name: 'spillway_decisions_unlogged_total',
      help: 'Decisions that could not be put on the log',
      registers,
    });
    this.shadow = new ShadowMetrics(registry);
    this.logUsage = new LogUsageGauges(registry);
    fleetGauges(view, registry);
  }

  answered(face: Face, tenant: string | undefined, { placement }: IceServersAnswer, startedAt: number): void {
    const { region, nearestRegion, reason } = placement;
    this.placements.count(region, reason);
    if (reason === 'spillover' && nearestRegion !== null) this.spilled.count(nearestRegion, region);
    this.count(face, tenant, 'ok', startedAt);
  }

  failed(face: Face, tenant: string | undefined, code: ProblemCode, startedAt: number): void {
    this.count(face, tenant, code, startedAt);
  }

  /** Refused before anything was looked at. */
  refused(face: Face, code: ProblemCode): void {
    this.requests.count(face, code);
  }

  /** Lets go of tenants that the policy has no more: their names would pile up. */
  keepTenants(names: Iterable<string>): void {
    const kept = new Set(names);
    for (const tenant of this.tenants) {
      if (!kept.has(tenant)) this.tenantRequests.remove(tenant, [OK, ...Object.keys(PROBLEMS)]);
    }
    this.tenants = kept;
  }

  private count(
    face: Face,
    tenant: string | undefined,
    code: ProblemCode | typeof OK,
    startedAt: number,
  ): void {
    this.requests.count(face, code);
    if (tenant !== undefined) this.tenantRequests.count(tenant, code);
    this.duration.observe(face, (performance.now() - startedAt) / 1000);
  }
}
