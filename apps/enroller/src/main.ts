import 'reflect-metadata';
import { NatsBus, natsOptionsFrom } from '@spillway/messaging';
import { createLogger, loadConfig, runMain, shutDownOnSignal } from '@spillway/runtime';
import { enrollerConfigSchema } from './config.js';
import { startEnroller } from './start-enroller.js';

await runMain(async () => {
  const config = loadConfig(enrollerConfigSchema);
  const logger = createLogger(config.LOG_LEVEL);
  const bus = NatsBus.connect({ ...natsOptionsFrom(config), name: 'spillway-enroller', logger });
  const { shutdown } = await startEnroller({ config, bus, logger });
  shutDownOnSignal(shutdown, logger);
});
