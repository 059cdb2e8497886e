import type { ProviderKind } from '@spillway/contracts';
import type { z } from 'zod';
import { awsAsg } from './aws-asg.js';
import { kubernetes } from './kubernetes.js';
import { none } from './none.js';
import { processes } from './process.js';
import type { Provider } from './provider.js';
import type { AutoscalerAccess } from './provider-definition.js';
import { ProviderError } from './provider-error.js';
import { webhook } from './webhook.js';

/** Their variables together. */
export const providerVariables = {
  ...none.variables,
  ...processes.variables,
  ...awsAsg.variables,
  ...kubernetes.variables,
  ...webhook.variables,
};
export type ProviderConfig = z.infer<z.ZodObject<typeof providerVariables>> & AutoscalerAccess;

/** Every provider there is, by the kind that the policy names. */
const PROVIDERS: Readonly<Record<string, (config: ProviderConfig) => Provider>> = {
  none: none.create,
  process: processes.create,
  'aws-asg': awsAsg.create,
  kubernetes: kubernetes.create,
  webhook: webhook.create,
};

/** One provider of each kind, made when it is asked for first. */
export function createProviders(config: ProviderConfig): (kind: ProviderKind) => Provider {
  const made = new Map<ProviderKind, Provider>();
  return (kind) => {
    const provider = made.get(kind) ?? create(kind, config);
    made.set(kind, provider);
    return provider;
  };
}

function create(kind: ProviderKind, config: ProviderConfig): Provider {
  const make = PROVIDERS[kind];
  if (make) return make(config);
  throw new ProviderError('no-provider', `There is no provider ${kind}`, 'Name another one in the policy');
}
