import { Logger, type INestApplication, type LoggerService } from '@nestjs/common';
import type { ClientLocator } from '@spillway/geo';
import type { Bus } from '@spillway/messaging';
import { createHttpApp, explainListenError, Health, listen, type ShutdownStep } from '@spillway/runtime';
import { DEFAULT_RETENTION, type LogRetention } from '@spillway/contracts';
import type { ApiKeys } from './auth/api-keys.js';
import type { RouterConfig } from './config.js';
import { FleetView } from './fleet/fleet-view.js';
import { LogIntake } from './fleet/log-intake.js';
import { GrpcEdge, grpcOptions } from './grpc/grpc-options.js';
import { IceGrpcController } from './grpc/ice.grpc.controller.js';
import { IceServersFront } from './http/ice-servers.front.js';
import { iceServersRoute } from './http/ice-servers.route.js';
import { ProblemFilter, sendProblem } from './http/problem.filter.js';
import { answerUnreadable } from './http/unreadable.js';
import { IssuedLog, type IssuedLogEvents } from './issue/issued-log.js';
import { OwnBatches } from './issue/own-batches.js';
import { ProblemError } from './problem-error.js';
import { RequestGate } from './request-gate.js';
import { RouterModule } from './router.module.js';
import { RouterMetrics } from './router-metrics.js';

/** Bytes a request body may have; a full request has a few hundred. */
const BODY_LIMIT_BYTES = 16 * 1024;
/** Milliseconds between two looks at readiness for gRPC's health service. */
const HEALTH_MS = 500;
/** Milliseconds gRPC clients have to end their calls when the router stops. */
const GRPC_GRACE_MS = 2_000;

export interface RouterStart {
  readonly config: RouterConfig;
  readonly logger: LoggerService;
  readonly keys: ApiKeys;
  /** Awaited before anything is answered; the rest can be made meanwhile. */
  readonly locator: ClientLocator | Promise<ClientLocator>;
  readonly bus: Bus;
  readonly bootId: string;
}

export interface RunningRouter {
  readonly httpPort: number;
  readonly view: FleetView;
  /** In this order: stop accepting and finish, flush what was issued, let go of NATS. */
  readonly shutdown: readonly ShutdownStep[];
}

/** @throws {ListenError} when a port cannot be had; the bus is left open for the caller to close. */
export async function startRouter(start: RouterStart): Promise<RunningRouter> {
  const { config, logger, bus, bootId } = start;
  const geo: { opened?: ClientLocator } = {};
  const locator: ClientLocator = { locate: (ip) => geo.opened?.locate(ip) };
  const view = new FleetView(bootId);
  const own = new OwnBatches(config.ROUTER_ID);
  const events: IssuedLogEvents = {
    onLost: (decisions) => app.get(RouterMetrics).unlogged.inc(decisions),
    onFault: (error) => new Logger('Issued').error(String(error)),
  };
  const issued = new IssuedLog(bus, config.ROUTER_ID, bootId, view, events, own);
  const creating = createHttpApp(RouterModule.with({ ...start, locator, view, issued }), {
    logger,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    ...(config.TRUSTED_PROXIES && { trustedProxies: config.TRUSTED_PROXIES }),
    onUnreadable: answerUnreadable,
    onUnroutable: ({ message }, reply) => sendProblem(reply, new ProblemError('malformed-request', message)),
  });
  const [app, opened] = await Promise.all([creating, start.locator]);
  geo.opened = opened;
  const problems = new ProblemFilter();
  app.useGlobalFilters(problems);
  app
    .getHttpAdapter()
    .getInstance()
    .register(iceServersRoute(app.get(RequestGate), app.get(RouterMetrics), problems));
  const front = new IceServersFront(app.get(RequestGate), BODY_LIMIT_BYTES);
  front.standBefore(app.getHttpServer());
  const grpc = new GrpcEdge();
  app.connectMicroservice(grpcOptions(`${bracketed(config.GRPC_HOST)}:${config.GRPC_PORT}`, grpc));

  view.onStep((step, moment) => issued.note(step, moment));
  view.setLink(bus.link);
  bus.onLink((link) => view.setLink(link));
  // First: NATS gets the log ready while the others begin to listen.
  app.get(LogIntake).follow(own);
  await app.startAllMicroservices().catch((error: unknown) => {
    throw explainListenError(grpcAddress(config), error);
  });
  grpc.answer('GetIceServers', app.get(IceGrpcController).getIceServers);
  const httpPort = await listen(app, httpAddress(config));
  const health = app.get(Health);
  const healthTimer = setInterval(() => grpc.setServing(health.readiness().ready), HEALTH_MS);
  provision(bus, config);
  issued.start();
  return {
    httpPort,
    view,
    shutdown: [
      {
        name: 'requests finished',
        limitMs: 10_000,
        run: () => (clearInterval(healthTimer), front.close(), close(app, grpc)),
      },
      { name: 'decisions on the log', limitMs: 4_000, run: () => issued.stop(3_000) },
      { name: 'NATS let go', limitMs: 6_000, run: () => bus.close() },
    ],
  };
}

async function close(app: INestApplication, grpc: GrpcEdge): Promise<void> {
  grpc.setServing(false);
  const cut = setTimeout(() => grpc.cut(), GRPC_GRACE_MS);
  await app.close();
  clearTimeout(cut);
}

/** In the background: NATS may come later than the router, and the router must say so meanwhile. */
function provision(bus: Bus, config: RouterConfig): void {
  bus.provision(retention(config)).catch((error: unknown) => new Logger('Bus').error(String(error)));
}

/** What the operator asks for; a stream that exists is left as it is when that is nothing. */
function retention({
  LOG_MAX_AGE_SECONDS: maxAgeSeconds,
  LOG_MAX_BYTES: maxBytes,
  LOG_REPLICAS: replicas,
}: RouterConfig): LogRetention | undefined {
  if (maxAgeSeconds === undefined && maxBytes === undefined && replicas === undefined) return undefined;
  return {
    ...DEFAULT_RETENTION,
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(replicas !== undefined && { replicas }),
  };
}

function httpAddress({ HTTP_HOST: host, HTTP_PORT: port }: RouterConfig) {
  return { host, port, variables: { host: 'HTTP_HOST', port: 'HTTP_PORT' } };
}

function grpcAddress({ GRPC_HOST: host, GRPC_PORT: port }: RouterConfig) {
  return { host, port, variables: { host: 'GRPC_HOST', port: 'GRPC_PORT' } };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
