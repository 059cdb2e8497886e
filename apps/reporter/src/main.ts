import 'reflect-metadata';
import { NatsBus } from '@spillway/messaging';
import { createLogger, loadConfig, runMain, shutDownOnSignal } from '@spillway/runtime';
import { reporterConfigSchema } from './config.js';
import { startReporter } from './start-reporter.js';

await runMain(async () => {
  const config = loadConfig(reporterConfigSchema);
  const logger = createLogger(config.LOG_LEVEL);
  const bus = NatsBus.connect({
    servers: config.NATS_URL,
    name: `reporter ${config.NODE_ID}`,
    ...(config.NATS_CREDENTIALS && { credentialsFile: config.NATS_CREDENTIALS }),
    logger,
  });
  const { shutdown } = await startReporter({ config, bus, logger });
  shutDownOnSignal(shutdown, logger);
});
