import { Logger, type LoggerService } from '@nestjs/common';
import type { ProviderKind } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { createHttpApp, listen, type ShutdownStep } from '@spillway/runtime';
import { Autoscaler } from './autoscaler.js';
import { AutoscalerModule } from './autoscaler.module.js';
import type { AutoscalerConfig } from './config.js';
import type { Loop } from './control/loop.js';
import { FleetView } from './fleet/fleet-view.js';
import { LogIntake } from './fleet/log-intake.js';
import type { Provider } from './providers/provider.js';

export interface AutoscalerStart {
  readonly config: AutoscalerConfig;
  readonly logger: LoggerService;
  readonly bus: Bus;
  /** New for every run. */
  readonly bootId: string;
  readonly providerOf: (kind: ProviderKind) => Provider;
  /** Milliseconds from one step of the control loop to the next; a second unless given. */
  readonly stepMs?: number;
  readonly createLoop: (fleet: FleetView['fleet']) => Loop;
}

export interface RunningAutoscaler {
  readonly httpPort: number;
  readonly autoscaler: Autoscaler;
  /** In this order: stop acting and give the lease back, let go of NATS, close HTTP. */
  readonly shutdown: readonly ShutdownStep[];
}

/** @throws {ListenError} when the port cannot be had; the bus is left open for the caller to close. */
export async function startAutoscaler(start: AutoscalerStart): Promise<RunningAutoscaler> {
  const { config, logger, bus, bootId, providerOf, createLoop, stepMs } = start;
  const view = new FleetView();
  const module = AutoscalerModule.with({
    bus,
    view,
    loop: createLoop(view.fleet),
    providerOf,
    logger,
    holder: `${config.AUTOSCALER_ID}-${bootId}`,
    logMaxAgeSeconds: config.LOG_MAX_AGE_SECONDS,
    ...(stepMs !== undefined && { stepMs }),
  });
  const app = await createHttpApp(module, { logger, bodyLimitBytes: 1024 });
  view.setLink(bus.link);
  bus.onLink((link) => view.setLink(link));
  app.get(LogIntake).follow();
  const httpPort = await listen(app, {
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    variables: { host: 'HTTP_HOST', port: 'HTTP_PORT' },
  });
  // In the background: NATS may come later.
  bus.provision().catch((error: unknown) => new Logger('Bus').error(String(error)));
  const autoscaler = app.get(Autoscaler);
  autoscaler.start();
  return {
    httpPort,
    autoscaler,
    shutdown: [
      { name: 'lease given back', limitMs: 5_000, run: () => autoscaler.stop() },
      { name: 'NATS let go', limitMs: 6_000, run: () => bus.close() },
      { name: 'HTTP closed', limitMs: 2_000, run: () => app.close() },
    ],
  };
}
