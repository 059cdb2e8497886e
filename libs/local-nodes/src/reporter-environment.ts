import type { CoturnFiles, LocalNode } from './local-coturn.js';

const LOOPBACK = '127.0.0.1';

export interface ReporterOptions {
  readonly natsUrl: string;
  readonly natsCredentials?: string | undefined;
  readonly natsCa?: string | undefined;
  readonly capacity: { readonly bandwidthBps: number; readonly allocations: number };
  /** In the order they are believed. */
  readonly samplers: readonly string[];
}

/** The variables of the reporter of a coturn on this machine. Its instance is called as the node is. */
export function reporterEnvironment(
  node: LocalNode,
  coturn: Pick<CoturnFiles, 'pid' | 'cliPassword'>,
  { natsUrl, natsCredentials, natsCa, capacity, samplers }: ReporterOptions,
): Record<string, string> {
  const turn = `turn:${node.turnAddress}:${node.turnPort}`;
  return {
    NATS_URL: natsUrl,
    ...(natsCredentials !== undefined && { NATS_CREDENTIALS: natsCredentials }),
    ...(natsCa !== undefined && { NATS_CA: natsCa }),
    NODE_ID: node.nodeId,
    REGION: node.region,
    ZONE: 'a',
    INSTANCE_ID: node.nodeId,
    NODE_URLS: `${turn}?transport=udp,${turn}?transport=tcp`,
    CAPACITY_BANDWIDTH_BPS: String(capacity.bandwidthBps),
    CAPACITY_ALLOCATIONS: String(capacity.allocations),
    SAMPLERS: samplers.join(','),
    SOFTWARE_NAME: 'coturn',
    COTURN_CLI: `${LOOPBACK}:${node.cliPort}`,
    COTURN_CLI_PASSWORD: coturn.cliPassword,
    // The nodes share one network interface: its counters say nothing about any one of them.
    HOST_INTERFACE: 'none',
    HOST_CPU: coturn.pid,
    HTTP_HOST: LOOPBACK,
    HTTP_PORT: String(node.reporterPort),
  };
}
