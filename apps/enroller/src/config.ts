import { logLevel, port, secret, text, wholeNumber } from '@spillway/runtime';
import type { MasterSecrets } from '@spillway/turn';
import { z } from 'zod';

/** The variables of the process; `docs/reference` shows them. */
const variables = z.object({
  NATS_URL: text().default('nats://127.0.0.1:4222').describe('NATS servers, comma-separated'),
  NATS_CREDENTIALS: text().optional().describe('Path of a NATS .creds file; it may be replaced at run time'),
  NATS_CA: text().optional().describe('Path of the certificates (PEM) that sign those of NATS; asks for TLS'),
  KEYS_FOLDER: text().describe(
    'Folder with `directory.json` and `signers/node.nk` of `spillway keys init`, and better nothing else of it; ' +
      'read again at every request',
  ),
  TURN_MASTER_SECRET: secret(16).describe(
    "Secret all nodes' own secrets are derived from, as routers have it",
  ),
  TURN_MASTER_SECRET_PREVIOUS: secret(16)
    .optional()
    .describe('The master secret before, while SECRET_EPOCH is one of its epochs still'),
  TURN_MASTER_EPOCH: wholeNumber({ min: 1, max: 1_000_000 })
    .optional()
    .describe('First epoch that is of TURN_MASTER_SECRET, as routers have it'),
  SECRET_EPOCH: wholeNumber({ min: 0, max: 1_000_000 })
    .default(1)
    .describe('Generation of the secrets that nodes are given; raise it to replace those of all nodes'),
  CREDENTIALS_SECONDS: wholeNumber({ min: 3600, max: 31_536_000 })
    .default(604_800)
    .describe('Seconds the NATS credentials of a node are valid; it must renew them within'),
  REQUESTS_PER_SECOND: wholeNumber({ min: 1, max: 1000 })
    .default(20)
    .describe('Nodes that are enrolled or renewed in a second at most; others are told to come again'),
  HTTP_HOST: text().default('127.0.0.1').describe('Address of /healthz, /readyz and /metrics'),
  HTTP_PORT: port().default(9670).describe('Port of /healthz, /readyz and /metrics'),
  LOG_LEVEL: logLevel(),
});

export const enrollerConfigSchema = variables.superRefine(checkTogether, { when: () => true });

export type EnrollerConfig = Readonly<z.infer<typeof variables>>;

function checkTogether(config: Partial<EnrollerConfig>, context: z.core.$RefinementCtx): void {
  const { TURN_MASTER_SECRET_PREVIOUS: previous, TURN_MASTER_EPOCH: epoch } = config;
  if ((previous === undefined) === (epoch === undefined)) return;
  const path = [previous === undefined ? 'TURN_MASTER_SECRET_PREVIOUS' : 'TURN_MASTER_EPOCH'];
  context.addIssue({ code: 'custom', path, message: 'must be set: it goes with the other of the two' });
}

/** What nodes' own secrets are derived from. */
export function masterSecretsFrom(config: EnrollerConfig): MasterSecrets {
  const { TURN_MASTER_SECRET: current, TURN_MASTER_SECRET_PREVIOUS: secret, TURN_MASTER_EPOCH } = config;
  if (secret === undefined || TURN_MASTER_EPOCH === undefined) return { current };
  return { current, previous: { secret, beforeEpoch: TURN_MASTER_EPOCH } };
}
