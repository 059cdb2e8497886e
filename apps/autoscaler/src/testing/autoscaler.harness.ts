import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import type { PolicyDocument } from '@spillway/contracts';
import { MemoryBus, type Bus } from '@spillway/messaging';
import { runShutdown, type Readiness } from '@spillway/runtime';
import { aPolicy, freePort } from '@spillway/testkit';
import { loadAutoscalerConfig } from '../config.js';
import { MemoryCloud, MemoryProvider } from '../providers/memory-provider.harness.js';
import { startAutoscaler, type AutoscalerStart, type RunningAutoscaler } from '../start-autoscaler.js';
import { silentLogger } from './loggers.harness.js';
import { ScriptedLoop } from './scripted-loop.harness.js';
import { until } from './until.harness.js';

// A whole autoscaler takes seconds to load where other suites run at the same time.
jest.setTimeout(60_000);

export interface AutoscalerOptions {
  readonly bus?: Bus;
  readonly cloud?: MemoryCloud;
  /** Of `cloud` unless given. */
  readonly provider?: MemoryProvider;
  /** One that is told what to say unless given. */
  readonly createLoop?: AutoscalerStart['createLoop'];
  readonly logger?: LoggerService;
  readonly env?: Readonly<Record<string, string>>;
}

/** A whole autoscaler in this process whose control loop says what it is told to, and whose cloud is in memory. */
export interface TestAutoscaler extends RunningAutoscaler {
  readonly bus: Bus;
  readonly loop: ScriptedLoop;
  readonly provider: MemoryProvider;
  readonly isLeading: () => boolean;
  readonly generation: () => number | undefined;
  readonly readiness: () => Promise<Readiness>;
  /** The value of the metric line that starts with this; `undefined` when there is none. */
  readonly metric: (line: string) => Promise<number | undefined>;
  /** Ends it without a word to anybody: the link goes first. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startTestAutoscaler(options: AutoscalerOptions = {}): Promise<TestAutoscaler> {
  const { bus = new MemoryBus(), cloud = new MemoryCloud(), logger = silentLogger, env } = options;
  const config = loadAutoscalerConfig({ AUTOSCALER_ID: 'spec', HTTP_PORT: String(await freePort()), ...env });
  const loop = new ScriptedLoop();
  const { provider = new MemoryProvider(cloud) } = options;
  const bootId = randomBytes(5).toString('hex');
  const running = await startAutoscaler({
    config,
    logger,
    bus,
    bootId,
    providerOf: () => provider,
    createLoop: options.createLoop ?? (() => loop),
    ...(!options.createLoop && { stepMs: 100 }),
  });
  const { autoscaler, shutdown, httpPort } = running;
  const get = (path: string) => fetch(`http://127.0.0.1:${httpPort}${path}`);
  const end = async () => void (await runShutdown(shutdown, silentLogger));
  return {
    ...running,
    bus,
    loop,
    provider,
    isLeading: () => autoscaler.leadership.regions !== undefined,
    generation: () => autoscaler.lease.term?.generation,
    readiness: async () => (await (await get('/readyz')).json()) as Readiness,
    metric: async (line) => {
      const found = (await (await get('/metrics')).text()).split('\n').find((text) => text.startsWith(line));
      return found === undefined ? undefined : Number(found.split(' ').at(-1));
    },
    crash: async () => {
      await bus.close();
      await end();
    },
    stop: end,
  };
}

/** One region, scaled by a provider, is enough for most specs. */
export function aScaledPolicy(
  scaling: Record<string, unknown> = {},
  overrides: Record<string, unknown> = {},
): PolicyDocument {
  const region = { latitude: 50.11, longitude: 8.68 };
  return aPolicy({
    defaultRegion: 'eu-central-1',
    regions: {
      'eu-central-1': { ...region, scaling: { provider: { kind: 'process' }, max: 10, ...scaling } },
    },
    ...overrides,
  });
}

export const REGION = 'eu-central-1';

/** The same, leading. */
export async function startLeader(options: AutoscalerOptions = {}): Promise<TestAutoscaler> {
  const started = await startTestAutoscaler(options);
  await until(started.isLeading);
  return started;
}
