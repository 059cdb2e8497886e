import 'reflect-metadata';
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { defaultGeoDatabases, openGeoDatabases } from '@spillway/geo';
import { NatsBus, natsOptionsFrom } from '@spillway/messaging';
import { createLogger, runMain, shutDownOnSignal, joinSupervision, Supervision } from '@spillway/runtime';
import { ApiKeys } from './auth/api-keys.js';
import { loadRouterConfig } from './config.js';
import { startRouter } from './start-router.js';

await runMain(async () => {
  const config = loadRouterConfig();
  const logger = createLogger(config.LOG_LEVEL);
  Logger.overrideLogger(logger);
  if (config.ROUTER_PROCESSES > 1 && cluster.isPrimary) {
    const environmentOf = (n: number) => ({ ROUTER_ID: `${config.ROUTER_ID}-${n}` });
    return void new Supervision({ count: config.ROUTER_PROCESSES, environmentOf, logger });
  }
  const keys = ApiKeys.fromFile(config.API_KEYS_FILE);
  const opening = openGeoDatabases(config.GEOIP_DB ?? defaultGeoDatabases());
  const bus = NatsBus.connect({
    ...natsOptionsFrom(config),
    name: `spillway-router ${config.ROUTER_ID}`,
    logger: new Logger('Bus'),
  });
  const bootId = randomBytes(5).toString('hex');
  const router = await startRouter({ config, logger, keys, locator: opening, bus, bootId });
  const { HTTP_HOST, GRPC_HOST, GRPC_PORT } = config;
  logger.log(`HTTP on ${HTTP_HOST}:${router.httpPort}, gRPC on ${GRPC_HOST}:${GRPC_PORT}`, 'Router');
  shutDownOnSignal(router.shutdown, logger, cluster.isWorker ? joinSupervision() : process);
});
