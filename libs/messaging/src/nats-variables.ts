import type { NatsOptions } from './nats-options.js';

/** The variables every process has for NATS. */
export interface NatsVariables {
  readonly NATS_URL: string;
  readonly NATS_CREDENTIALS?: string | undefined;
  readonly NATS_CA?: string | undefined;
}

export function natsOptionsFrom({
  NATS_URL: servers,
  NATS_CREDENTIALS: credentialsFile,
  NATS_CA: caFile,
}: NatsVariables): Pick<NatsOptions, 'servers' | 'credentialsFile' | 'caFile'> {
  return {
    servers,
    ...(credentialsFile !== undefined && { credentialsFile }),
    ...(caFile !== undefined && { caFile }),
  };
}
