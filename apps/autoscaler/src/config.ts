import { DEFAULT_RETENTION, tokenSchema } from '@spillway/contracts';
import { loadConfig, logLevel, port, text, wholeNumber, type Environment } from '@spillway/runtime';
import { hostname } from 'node:os';
import { z } from 'zod';
import { providerVariables } from './providers/registry.js';

/** Leaves room in a token for what makes every run of the process its own. */
const ID_LENGTH = 48;

/** What this host is called, made fit for a token. */
const hostToken = () =>
  hostname()
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, ID_LENGTH) || 'autoscaler';

export const autoscalerConfigSchema = z.object({
  NATS_URL: text().default('nats://127.0.0.1:4222').describe('NATS servers, comma-separated'),
  NATS_CREDENTIALS: text().optional().describe('Path of a NATS .creds file; it may be replaced at run time'),
  NATS_CA: text().optional().describe('Path of the certificates (PEM) that sign those of NATS; asks for TLS'),
  AUTOSCALER_ID: tokenSchema
    .max(ID_LENGTH)
    .optional()
    .describe("This autoscaler's name in the lease and in logs; the host's name unless set"),
  HTTP_HOST: text().default('127.0.0.1').describe('Address of /healthz, /readyz and /metrics'),
  HTTP_PORT: port().default(9660).describe('Port of /healthz, /readyz and /metrics'),
  LOG_MAX_AGE_SECONDS: wholeNumber({ min: 60 })
    .default(DEFAULT_RETENTION.maxAgeSeconds)
    .describe(
      'Seconds the log is kept, as the routers are told; what outlives it is said again every tenth of that',
    ),
  LOG_LEVEL: logLevel(),
  ...providerVariables,
});

export type AutoscalerConfig = Readonly<
  z.infer<typeof autoscalerConfigSchema> & { readonly AUTOSCALER_ID: string }
>;

/** @throws {ConfigError} with all problems together. */
export function loadAutoscalerConfig(env?: Environment): AutoscalerConfig {
  const config = loadConfig(autoscalerConfigSchema, env);
  return { ...config, AUTOSCALER_ID: config.AUTOSCALER_ID ?? hostToken() };
}
