import { ENROL_QUEUE, QUERY_ENROL } from '@spillway/contracts';
import { createHttpApp, listen, type ShutdownStep } from '@spillway/runtime';
import { Enroller } from './enroller.js';
import { EnrollerModule, type EnrollerModuleParts } from './enroller.module.js';
import { readSigningKeys } from './signing-keys.js';

export interface StartedEnroller {
  /** What lets go of everything, in order. */
  readonly shutdown: readonly ShutdownStep[];
}

/** @throws {SigningKeysError} without keys; {ListenError} when HTTP_HOST and HTTP_PORT cannot be had. */
export async function startEnroller(parts: EnrollerModuleParts): Promise<StartedEnroller> {
  const { config, bus, logger } = parts;
  readSigningKeys(config.KEYS_FOLDER);
  const app = await createHttpApp(EnrollerModule.with(parts), { logger, bodyLimitBytes: 1024 });
  await listen(app, {
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    variables: { host: 'HTTP_HOST', port: 'HTTP_PORT' },
  });
  const enroller = app.get(Enroller);
  const responder = await bus.respond(QUERY_ENROL, ENROL_QUEUE, async ({ data }) => ({
    payload: await enroller.answer(data),
  }));
  logger.log(`Enrolling nodes, with secrets of epoch ${config.SECRET_EPOCH}`);
  return {
    shutdown: [
      { name: 'answer who asked', limitMs: 5000, run: () => responder.stop() },
      { name: 'leave NATS', limitMs: 5000, run: () => bus.close() },
      { name: 'close HTTP', limitMs: 2000, run: () => app.close() },
    ],
  };
}
