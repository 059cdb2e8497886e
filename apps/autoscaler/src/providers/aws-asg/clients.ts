import type { AutoScalingClient, AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';

type Sdk = typeof import('@aws-sdk/client-auto-scaling');

export interface AwsAccess {
  readonly sdk: Sdk;
  readonly client: AutoScalingClient;
  /** Repeats nothing by itself, for what is not the same when done twice. */
  readonly once: AutoScalingClient;
}

/** Clients of each AWS region, made when they are needed first: the SDK takes a sixth of a second to load. */
export class AwsClients {
  readonly #made = new Map<string, Promise<AwsAccess>>();

  /** Credentials and endpoint come from where the SDK looks for them: variables, profile, instance role. */
  of(region: string): Promise<AwsAccess> {
    const access = this.#made.get(region) ?? connect({ region });
    this.#made.set(region, access);
    return access;
  }
}

async function connect(config: AutoScalingClientConfig): Promise<AwsAccess> {
  const sdk = await import('@aws-sdk/client-auto-scaling');
  return {
    sdk,
    client: new sdk.AutoScalingClient(config),
    once: new sdk.AutoScalingClient({ ...config, maxAttempts: 1 }),
  };
}
