import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { NatsBus, natsOptionsFrom } from '@spillway/messaging';
import { createLogger, runMain, shutDownOnSignal } from '@spillway/runtime';
import { ControlLoop } from '@spillway/scaling';
import { loadAutoscalerConfig } from './config.js';
import { createProviders } from './providers/registry.js';
import { startAutoscaler } from './start-autoscaler.js';

await runMain(async () => {
  const config = loadAutoscalerConfig();
  const logger = createLogger(config.LOG_LEVEL);
  Logger.overrideLogger(logger);
  const bus = NatsBus.connect({
    ...natsOptionsFrom(config),
    name: `spillway-autoscaler ${config.AUTOSCALER_ID}`,
    logger: new Logger('Bus'),
  });
  const { httpPort, shutdown } = await startAutoscaler({
    config,
    logger,
    bus,
    bootId: randomBytes(5).toString('hex'),
    providerOf: createProviders(config),
    createLoop: (fleet) => new ControlLoop(fleet),
  });
  logger.log(`HTTP on ${config.HTTP_HOST}:${httpPort}`, 'Autoscaler');
  shutDownOnSignal(shutdown, logger);
});
