import { createHttpApp, listen, type ShutdownStep } from '@spillway/runtime';
import { Reporter } from './reporter.js';
import { ReporterModule, type ReporterParts } from './reporter.module.js';

export interface StartedReporter {
  /** What lets go of everything, in order. */
  readonly shutdown: readonly ShutdownStep[];
}

/** @throws {ListenError} when HTTP_HOST and HTTP_PORT cannot be had; nothing was published then. */
export async function startReporter(parts: ReporterParts): Promise<StartedReporter> {
  const { config, bus, logger } = parts;
  const app = await createHttpApp(ReporterModule.with(parts), { logger, bodyLimitBytes: 1024 });
  await listen(app, {
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    variables: { host: 'HTTP_HOST', port: 'HTTP_PORT' },
  });
  const reporter = app.get(Reporter);
  reporter.start();
  logger.log(
    `Reporting ${config.REGION}/${config.NODE_ID} every ${config.INTERVAL_MS} ms; ` +
      `metrics at http://${config.HTTP_HOST}:${config.HTTP_PORT}/metrics`,
  );
  return {
    shutdown: [
      { name: 'say stopped', limitMs: 1000, run: () => reporter.stop() },
      { name: 'flush and leave NATS', limitMs: 5000, run: () => bus.close() },
      { name: 'close HTTP', limitMs: 2000, run: () => app.close() },
    ],
  };
}
