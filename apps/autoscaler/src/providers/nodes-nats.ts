import { text } from '@spillway/runtime';
import type { ReporterOptions } from '@spillway/local-nodes';
import type { AutoscalerAccess } from './provider-definition.js';
import { ProviderError } from './provider-error.js';

/** The autoscaler may write plans and orders; a node may speak of itself alone. So the two have access of their own. */
export const nodesNatsVariables = {
  NODES_NATS_URL: text()
    .optional()
    .describe('NATS servers that nodes started by process and docker are told; NATS_URL unless set'),
  NODES_NATS_CREDENTIALS: text()
    .optional()
    .describe('Path of a NATS .creds file for those nodes, as they see it (docker: in the container)'),
};

export interface NodesNats {
  readonly NODES_NATS_URL?: string | undefined;
  readonly NODES_NATS_CREDENTIALS?: string | undefined;
}

/** Of pairs on this machine. They share the autoscaler's own access where they have none of their own. */
export function natsOfPairs(
  config: AutoscalerAccess & NodesNats,
): Pick<ReporterOptions, 'natsUrl' | 'natsCredentials' | 'natsCa'> {
  const { NODES_NATS_URL: url, NODES_NATS_CREDENTIALS: credentials } = config;
  const hasOwn = url !== undefined || credentials !== undefined;
  return {
    natsUrl: url ?? config.NATS_URL,
    natsCredentials: hasOwn ? credentials : config.NATS_CREDENTIALS,
    natsCa: config.NATS_CA,
  };
}

/**
 * Of containers, as variables; those of the policy come first. The autoscaler's own access never gets into one.
 * @throws {ProviderError} `misconfigured` when that is all there is.
 */
export function natsOfContainers(
  fromPolicy: Readonly<Record<string, string>>,
  { NATS_URL: own, NODES_NATS_URL, NODES_NATS_CREDENTIALS }: AutoscalerAccess & NodesNats,
): Record<string, string> {
  const url = fromPolicy['NATS_URL'] ?? NODES_NATS_URL ?? own;
  if (url === own && own.includes('@')) {
    const remedy = 'Set NODES_NATS_URL of the autoscaler, with the access of nodes';
    throw new ProviderError('misconfigured', 'NATS_URL holds the user of the autoscaler itself', remedy);
  }
  return {
    NATS_URL: url,
    ...(NODES_NATS_CREDENTIALS !== undefined && { NATS_CREDENTIALS: NODES_NATS_CREDENTIALS }),
  };
}
