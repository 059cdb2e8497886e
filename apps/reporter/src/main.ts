import 'reflect-metadata';
import { NatsBus, natsOptionsFrom } from '@spillway/messaging';
import { createLogger, loadConfig, runMain, shutDownOnSignal } from '@spillway/runtime';
import { reporterConfigSchema } from './config.js';
import { startReporter } from './start-reporter.js';

await runMain(async () => {
  const config = loadConfig(reporterConfigSchema);
  const logger = createLogger(config.LOG_LEVEL);
  const bus = NatsBus.connect({
    ...natsOptionsFrom(config),
    name: `reporter ${config.NODE_ID}`,
    logger,
  });
  const { shutdown } = await startReporter({ config, bus, logger });
  shutDownOnSignal(shutdown, logger);
});
