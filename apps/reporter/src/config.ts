import { heartbeatSchema, NODE_KINDS, tokenSchema } from '@spillway/contracts';
import { commaList, logLevel, port, text, wholeNumber } from '@spillway/runtime';
import { parseTurnUri } from '@spillway/turn';
import { z } from 'zod';
import {
  certificateTargetAt,
  certificateTargetOf,
  type CertificateTarget,
} from './relay/certificate-target.js';
import { parseStunTarget, stunTargetOf, type StunTarget } from './relay/stun-target.js';
import { neededVariables, SAMPLER_NAMES, SAMPLERS, samplerVariables } from './samplers/registry.js';

const { urls, capacity } = heartbeatSchema.shape;
const maxOf = (field: { maxValue: number | null }) => field.maxValue ?? Number.MAX_SAFE_INTEGER;

const isUrl = (value: string) => urls.element.safeParse(value).success;

/** The variables of the process; `docs/reference` shows them. */
const variables = z.object({
  NATS_URL: text()
    .default('nats://127.0.0.1:4222')
    .describe('The NATS servers, commas between; `nats://user:password@host:port` is understood'),
  NATS_CREDENTIALS: text().optional().describe('Path of a NATS .creds file; it may be replaced at run time'),
  NATS_CA: text().optional().describe('Path of the certificates (PEM) that sign those of NATS; asks for TLS'),
  NODE_ID: text().pipe(tokenSchema).describe('The name of the node, one of its own in the fleet'),
  REGION: text().pipe(tokenSchema).describe('The region of the node, such as eu-central-1'),
  ZONE: text().pipe(tokenSchema).optional().describe('The failure domain of the node within its region'),
  NODE_KIND: z.enum(NODE_KINDS, 'must be turn or sfu').default('turn').describe('`turn` or `sfu`'),
  INSTANCE_ID: text()
    .max(128)
    .optional()
    .describe(
      'Stays over restarts and changes when the machine is built anew; made from /etc/machine-id and NODE_ID unless set',
    ),
  NODE_URLS: commaList(text().refine(isUrl, 'must be URLs of 5 to 255 characters'))
    .refine((list) => list.length <= 8, 'must name 8 URLs at most')
    .describe('The URLs clients reach the node at, commas between: turn:203.0.113.10:3478?transport=udp,…'),
  SECRET_EPOCH: wholeNumber({ min: 0, max: 1_000_000 })
    .default(1)
    .describe('Which generation of the master secret the secret of the node comes from'),
  SECRET_EPOCH_PATH: text()
    .optional()
    .describe(
      'Path of a file that holds the epoch; it is looked at before every heartbeat, so that a node gets another secret ' +
        'without a restart. SECRET_EPOCH counts until it can be read',
    ),
  CAPACITY_BANDWIDTH_BPS: wholeNumber({ min: 1, max: maxOf(capacity.shape.bandwidthBps.unwrap()) })
    .optional()
    .describe('Bits per second the node can carry in each direction; unknown unless set'),
  CAPACITY_ALLOCATIONS: wholeNumber({ min: 1, max: maxOf(capacity.shape.allocations.unwrap()) })
    .optional()
    .describe('Allocations the node can hold at a time; unknown unless set'),
  INTERVAL_MS: wholeNumber({ min: 100, max: 60_000 })
    .default(2000)
    .describe('Milliseconds between two heartbeats'),
  STUN_CHECK: text()
    .transform((value, context) => {
      const target = value === 'none' ? 'none' : parseStunTarget(value);
      if (target !== undefined) return target;
      context.addIssue({ code: 'custom', message: 'must be host:port, tcp:host:port or none' });
      return z.NEVER;
    })
    .optional()
    .describe(
      'Where the relay is asked by STUN whether it is there: `host:port` over UDP, `tcp:host:port`, or `none`; ' +
        'the first `turn:` URL of NODE_URLS unless set, and `none` for an SFU',
    ),
  CERTIFICATE_CHECK: text()
    .transform((value, context) => {
      const target = value === 'none' ? 'none' : parseStunTarget(`tcp:${value}`);
      if (target !== undefined) return target;
      context.addIssue({ code: 'custom', message: 'must be host:port or none' });
      return z.NEVER;
    })
    .optional()
    .describe(
      'Where the end of the certificate is looked up: `host:port`, or `none`; the first `turns:` URL of NODE_URLS ' +
        'unless set, and `none` when there is none',
    ),
  SAMPLERS: commaList(z.enum(SAMPLER_NAMES, `must be names out of ${SAMPLER_NAMES.join(', ')}`))
    .default(['host'])
    .describe('What measures the load, commas between; the first that knows a value is believed'),
  DRAIN_QUIET_SECONDS: wholeNumber({ min: 0, max: 3600 })
    .default(5)
    .describe('Seconds for which a draining relay must be seen empty until its drain is over'),
  DRAIN_SIGNAL: text()
    .optional()
    .describe(
      'Path of the pid file of coturn: it is told to finish (SIGUSR1) when a drain begins, if its version is ' +
        '4.6.3 or newer; not signalled unless set',
    ),
  SOFTWARE_NAME: text()
    .max(64)
    .optional()
    .describe('The software of the node; what the node says of itself unless set'),
  HTTP_HOST: text().default('127.0.0.1').describe('Address of /healthz, /readyz and /metrics'),
  HTTP_PORT: port().default(9650).describe('Port of /healthz, /readyz and /metrics'),
  LOG_LEVEL: logLevel(),
  ...samplerVariables,
});
export type ReporterConfig = z.infer<typeof variables>;

/** `when`: these rules are looked at even if other variables are wrong, so that all problems come at once. */
export const reporterConfigSchema = variables.superRefine(checkTogether, { when: () => true });

function checkTogether(config: Partial<ReporterConfig>, context: z.core.$RefinementCtx): void {
  const report = (name: keyof ReporterConfig, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const samplers = listOf(config.SAMPLERS).filter((name) => Object.hasOwn(SAMPLERS, name));
  for (const sampler of samplers) {
    for (const name of neededVariables(sampler)) {
      if (config[name] === undefined) report(name, `must be set: the sampler ${sampler} needs it`);
    }
  }
  if (config.NODE_KIND !== 'turn') return;
  const urls = listOf(config.NODE_URLS);
  const wrong = urls.find((url) => !parseTurnUri(url));
  if (wrong !== undefined) report('NODE_URLS', `must be TURN URIs (RFC 7065), which ${wrong} is not`);
  else if (urls.length > 0 && config.STUN_CHECK === undefined && !stunTargetOf(urls)) {
    report('STUN_CHECK', 'must be set: NODE_URLS has only URLs over TLS');
  }
}

/** A field that was refused holds anything. */
const listOf = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);

/** Where the relay is asked by STUN; `undefined` when it is not. */
export function stunTargetFrom(config: ReporterConfig): StunTarget | undefined {
  if (config.STUN_CHECK === 'none') return undefined;
  return config.STUN_CHECK ?? (config.NODE_KIND === 'turn' ? stunTargetOf(config.NODE_URLS) : undefined);
}

/** Where the certificate is looked at; `undefined` when it is not. */
export function certificateTargetFrom({
  CERTIFICATE_CHECK: target,
  NODE_URLS: urls,
}: ReporterConfig): CertificateTarget | undefined {
  if (target === 'none') return undefined;
  return target ? certificateTargetAt(target, urls) : certificateTargetOf(urls);
}
