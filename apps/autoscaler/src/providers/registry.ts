import type { ProviderKind } from '@spillway/contracts';
import type { z } from 'zod';
import { awsAsg } from './aws-asg.js';
import { docker } from './docker.js';
import { kubernetes } from './kubernetes.js';
import { none } from './none.js';
import { processes } from './process.js';
import type { Provider } from './provider.js';
import type { AutoscalerAccess } from './provider-definition.js';
import { webhook } from './webhook.js';

/** Their variables together. */
export const providerVariables = {
  ...none.variables,
  ...processes.variables,
  ...docker.variables,
  ...awsAsg.variables,
  ...kubernetes.variables,
  ...webhook.variables,
};
export type ProviderConfig = z.infer<z.ZodObject<typeof providerVariables>> & AutoscalerAccess;

/** Every provider there is, by the kind that the policy names. */
const PROVIDERS = {
  none,
  process: processes,
  docker,
  'aws-asg': awsAsg,
  kubernetes,
  webhook,
} satisfies Record<ProviderKind, unknown>;

/** One provider of each kind, made when it is asked for first. None fails to be made: it says what it lacks when used. */
export function createProviders(config: ProviderConfig): (kind: ProviderKind) => Provider {
  const made = new Map<ProviderKind, Provider>();
  return (kind) => {
    const provider = made.get(kind) ?? PROVIDERS[kind].create(config);
    made.set(kind, provider);
    return provider;
  };
}
