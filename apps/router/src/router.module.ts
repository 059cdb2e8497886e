import { Logger, Module, type DynamicModule } from '@nestjs/common';
import type { ClientLocator } from '@spillway/geo';
import { BUS, type Bus } from '@spillway/messaging';
import { Health, HealthModule, MetricsModule } from '@spillway/runtime';
import { ApiKeys } from './auth/api-keys.js';
import { RateLimits } from './auth/rate-limits.js';
import { masterSecretsFrom, ROUTER_CONFIG, type RouterConfig } from './config.js';
import { DecisionExplainer } from './decisions/decision-explainer.js';
import { DecisionsController } from './decisions/decisions.controller.js';
import { FleetReport } from './fleet/fleet-report.js';
import { FleetView } from './fleet/fleet-view.js';
import { LogUsageWatch } from './fleet/log-usage-watch.js';
import { LogIntake } from './fleet/log-intake.js';
import { IceGrpcController } from './grpc/ice.grpc.controller.js';
import { FleetController } from './http/fleet.controller.js';
import { IceServersService } from './issue/ice-servers.service.js';
import { IssuedLog } from './issue/issued-log.js';
import { NodeSecrets } from './issue/node-secrets.js';
import { IceQuery } from './nats/ice-query.js';
import { NodeOrders } from './orders/node-orders.js';
import { addReadinessChecks } from './readiness.js';
import { RequestGate } from './request-gate.js';
import { RouterMetrics } from './router-metrics.js';
import { Shadow } from './shadow/shadow.js';
import { ShadowWatch } from './shadow/shadow-watch.js';

/** What the router is given from outside. */
export interface RouterParts {
  readonly config: RouterConfig;
  readonly bus: Bus;
  readonly keys: ApiKeys;
  readonly locator: ClientLocator;
  readonly view: FleetView;
  readonly issued: IssuedLog;
  /** New for every run. */
  readonly bootId: string;
}

@Module({})
export class RouterModule {
  constructor(health: Health, view: FleetView, keys: ApiKeys, metrics: RouterMetrics) {
    addReadinessChecks(health, view);
    const logger = new Logger('Policy');
    view.onPolicy((policy) => {
      metrics.keepTenants(Object.keys(policy.tenants));
      for (const name of keys.adopt(policy)) logger.warn(`The key "${name}" is a tenant's in this policy`);
    });
  }

  static with({ config, bus, keys, locator, view, issued, bootId }: RouterParts): DynamicModule {
    const secrets = new NodeSecrets(masterSecretsFrom(config));
    const shadow = new Shadow(view);
    const service = new IceServersService({
      view,
      shadow,
      locator,
      secrets,
      issued,
      bootId,
      routerId: config.ROUTER_ID,
    });
    return {
      module: RouterModule,
      imports: [HealthModule, MetricsModule],
      controllers: [DecisionsController, FleetController, IceGrpcController],
      providers: [
        { provide: ROUTER_CONFIG, useValue: config },
        { provide: BUS, useValue: bus },
        { provide: ApiKeys, useValue: keys },
        { provide: FleetView, useValue: view },
        { provide: IssuedLog, useValue: issued },
        { provide: IceServersService, useValue: service },
        { provide: Shadow, useValue: shadow },
        DecisionExplainer,
        FleetReport,
        IceQuery,
        LogIntake,
        LogUsageWatch,
        NodeOrders,
        RateLimits,
        RequestGate,
        RouterMetrics,
        ShadowWatch,
      ],
    };
  }
}
