import 'reflect-metadata';
import { jest } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import type { Heartbeat, PolicyDocument } from '@spillway/contracts';
import type { ClientLocator } from '@spillway/geo';
import { MemoryBus, MemoryLog, type Bus } from '@spillway/messaging';
import { runShutdown } from '@spillway/runtime';
import { aPolicy, freePort } from '@spillway/testkit';
import { ApiKeys } from '../auth/api-keys.js';
import { loadRouterConfig, type RouterConfig } from '../config.js';
import { startRouter, type RunningRouter } from '../start-router.js';
import { aFleet, locator, MASTER_SECRET } from './fleet.harness.js';
import { bearer, keyEntries, type KeyName } from './keys.harness.js';
import { announce } from './log.harness.js';
import { silentLogger } from './loggers.harness.js';
import { readMetric } from './metric.harness.js';
import { until } from './until.harness.js';

// A whole router takes seconds to load where other suites run at the same time.
jest.setTimeout(30_000);

export interface RouterOptions {
  readonly config?: Partial<RouterConfig>;
  /** One on a log of its own unless told. */
  readonly bus?: Bus;
  readonly logger?: LoggerService;
  readonly bootId?: string;
  /** The one of the specs unless told. */
  readonly locator?: ClientLocator;
}

/** A whole router in this process, on free ports of loopback. */
export interface TestRouter extends RunningRouter {
  readonly url: string;
  readonly grpcAddress: string;
  readonly bus: Bus;
  /** Asks over HTTP. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** `POST /v1/ice-servers`; a body that is no text is sent as JSON. */
  readonly ask: (body?: unknown, key?: KeyName) => Promise<Response>;
  /** The value of the metric line that starts with this; 0 when there is none. */
  readonly metric: (line: string) => Promise<number>;
  /** @returns whether all steps finished. */
  readonly stop: () => Promise<boolean>;
}

export async function startTestRouter(options: RouterOptions = {}): Promise<TestRouter> {
  const { bus = new MemoryBus(), logger = silentLogger, bootId = 'spec' } = options;
  const config = loadRouterConfig({
    TURN_MASTER_SECRET: MASTER_SECRET,
    API_KEYS_FILE: 'none',
    ROUTER_ID: 'router-1',
    RATE_LIMIT_PER_KEY: '0',
    RATE_LIMIT_PER_CLIENT: '0',
    HTTP_PORT: String(await freePort()),
    GRPC_PORT: String(await freePort()),
  });
  const all = { ...config, ...options.config };
  const router = await startRouter({
    config: all,
    logger,
    keys: new ApiKeys(keyEntries()),
    locator: options.locator ?? locator,
    bus,
    bootId,
  });
  const url = `http://127.0.0.1:${router.httpPort}`;
  const ask = (body?: unknown, key: KeyName = 'server') =>
    fetch(`${url}/v1/ice-servers`, {
      method: 'POST',
      headers: {
        authorization: bearer(key),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return {
    ...router,
    url,
    grpcAddress: `127.0.0.1:${all.GRPC_PORT}`,
    bus,
    fetch: (path, init) => fetch(url + path, init),
    ask,
    metric: async (line) => readMetric(await (await fetch(`${url}/metrics`)).text(), line),
    stop: () => runShutdown(router.shutdown, logger),
  };
}

/** The same, knowing a policy and a fleet. */
export async function startReadyRouter(
  options: RouterOptions & { policy?: PolicyDocument; fleet?: Heartbeat[] } = {},
): Promise<TestRouter> {
  const { policy = aPolicy(), fleet = aFleet() } = options;
  const router = await startTestRouter(options);
  await router.bus.provision();
  await announce(router.bus, policy, fleet);
  await until(() => router.view.isWhole && router.view.fleet.nodes.size >= fleet.length);
  return router;
}

/** Two buses on one log: the router's, and one for whoever else is there. */
export function aSharedLog(): { log: MemoryLog; bus: MemoryBus; other: MemoryBus } {
  const log = new MemoryLog();
  return { log, bus: new MemoryBus(log), other: new MemoryBus(log) };
}
