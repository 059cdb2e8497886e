import { tokenSchema } from '@spillway/contracts';
import {
  commaList,
  loadConfig,
  logLevel,
  port,
  secret,
  text,
  wholeNumber,
  type Environment,
} from '@spillway/runtime';
import type { MasterSecrets } from '@spillway/turn';
import { hostname } from 'node:os';
import { z } from 'zod';

/** What this host is called, made fit for a NATS subject token. */
const hostToken = () =>
  hostname()
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 64) || 'router';

const rate = () => wholeNumber({ min: 0, max: 10_000_000 });

const variables = z.object({
  NATS_URL: text().default('nats://127.0.0.1:4222').describe('NATS servers, comma-separated'),
  NATS_CREDENTIALS: text().optional().describe('Path of a NATS .creds file; it may be replaced at run time'),
  NATS_CA: text().optional().describe('Path of the certificates (PEM) that sign those of NATS; asks for TLS'),
  ROUTER_ID: tokenSchema
    .optional()
    .describe("This router's name on the log, unique in the fleet; the host's name unless set"),
  ROUTER_PROCESSES: wholeNumber({ min: 1, max: 64 })
    .default(1)
    .describe(
      'Processes behind the same ports, one for each core that is to answer; each is a router of its own on the log ' +
        '(ROUTER_ID with -1, -2 …), with a memory and rate limits of its own',
    ),
  HTTP_HOST: text().default('127.0.0.1').describe('Address HTTP listens on'),
  HTTP_PORT: port().default(8080).describe('Port HTTP listens on'),
  GRPC_HOST: text().default('127.0.0.1').describe('Address gRPC listens on'),
  GRPC_PORT: port().default(50_051).describe('Port gRPC listens on'),
  TURN_MASTER_SECRET: secret(16).describe("Secret all nodes' own secrets are derived from"),
  TURN_MASTER_SECRET_PREVIOUS: secret(16)
    .optional()
    .describe('The master secret before, while nodes still have secrets derived from it'),
  TURN_MASTER_EPOCH: wholeNumber({ min: 1, max: 1_000_000 })
    .optional()
    .describe(
      'First SECRET_EPOCH that is of TURN_MASTER_SECRET; nodes that say a lower one have secrets of ' +
        'TURN_MASTER_SECRET_PREVIOUS',
    ),
  API_KEYS_FILE: text().describe('Path of the JSON file of API keys'),
  TRUSTED_PROXIES: commaList(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]))
    .optional()
    .describe('Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed'),
  GEOIP_DB: commaList(text())
    .optional()
    .describe('Paths of .mmdb files with cities; the database of the npm package unless set'),
  RATE_LIMIT_PER_KEY: rate()
    .default(20_000)
    .describe('Requests a second each API key may make; 0 for no limit'),
  RATE_LIMIT_PER_CLIENT: rate()
    .default(60)
    .describe('Requests a minute from one client address with a key without on-behalf; 0 for no limit'),
  LOG_MAX_AGE_SECONDS: wholeNumber({ min: 60 })
    .optional()
    .describe('Seconds the log is kept; with any of the three LOG_ variables set, the stream is updated'),
  LOG_MAX_BYTES: wholeNumber({ min: 1_000_000 }).optional().describe('Bytes the log may take'),
  LOG_REPLICAS: wholeNumber({ min: 1, max: 5 })
    .optional()
    .describe('Servers that keep a copy of the log: 1 on a single server, 3 on a cluster'),
  LOG_LEVEL: logLevel(),
});

/** `when`: this rule is looked at even if other variables are wrong, so that all problems come at once. */
export const routerConfigSchema = variables.superRefine(checkTogether, { when: () => true });

function checkTogether(config: Partial<z.infer<typeof variables>>, context: z.core.$RefinementCtx): void {
  const { TURN_MASTER_SECRET_PREVIOUS: previous, TURN_MASTER_EPOCH: epoch } = config;
  if ((previous === undefined) === (epoch === undefined)) return;
  const path = [previous === undefined ? 'TURN_MASTER_SECRET_PREVIOUS' : 'TURN_MASTER_EPOCH'];
  context.addIssue({ code: 'custom', path, message: 'must be set: it goes with the other of the two' });
}

/** What nodes' own secrets are derived from. */
export function masterSecretsFrom(config: RouterConfig): MasterSecrets {
  const { TURN_MASTER_SECRET: current, TURN_MASTER_SECRET_PREVIOUS: secret, TURN_MASTER_EPOCH } = config;
  if (secret === undefined || TURN_MASTER_EPOCH === undefined) return { current };
  return { current, previous: { secret, beforeEpoch: TURN_MASTER_EPOCH } };
}

export type RouterConfig = Readonly<z.infer<typeof routerConfigSchema> & { ROUTER_ID: string }>;

/** @throws {ConfigError} with all problems together. */
export function loadRouterConfig(env?: Environment): RouterConfig {
  const config = loadConfig(routerConfigSchema, env);
  return { ...config, ROUTER_ID: config.ROUTER_ID ?? hostToken() };
}

/** Injection token of the parsed configuration. */
export const ROUTER_CONFIG = Symbol('router-config');
