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
import { hostname } from 'node:os';
import { z } from 'zod';

/** What this host is called, made fit for a NATS subject token. */
const hostToken = () =>
  hostname()
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 64) || 'router';

const rate = () => wholeNumber({ min: 0, max: 10_000_000 });

export const routerConfigSchema = z.object({
  NATS_URL: text().default('nats://127.0.0.1:4222').describe('NATS servers, comma-separated'),
  NATS_CREDENTIALS: text().optional().describe('Path of a NATS .creds file; it may be replaced at run time'),
  NATS_CA: text().optional().describe('Path of the certificates (PEM) that sign those of NATS; asks for TLS'),
  ROUTER_ID: tokenSchema
    .optional()
    .describe("This router's name on the log, unique in the fleet; the host's name unless set"),
  HTTP_HOST: text().default('127.0.0.1').describe('Address HTTP listens on'),
  HTTP_PORT: port().default(8080).describe('Port HTTP listens on'),
  GRPC_HOST: text().default('127.0.0.1').describe('Address gRPC listens on'),
  GRPC_PORT: port().default(50_051).describe('Port gRPC listens on'),
  TURN_MASTER_SECRET: secret(16).describe("Secret all nodes' own secrets are derived from"),
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

export type RouterConfig = Readonly<z.infer<typeof routerConfigSchema> & { ROUTER_ID: string }>;

/** @throws {ConfigError} with all problems together. */
export function loadRouterConfig(env?: Environment): RouterConfig {
  const config = loadConfig(routerConfigSchema, env);
  return { ...config, ROUTER_ID: config.ROUTER_ID ?? hostToken() };
}

/** Injection token of the parsed configuration. */
export const ROUTER_CONFIG = Symbol('router-config');
