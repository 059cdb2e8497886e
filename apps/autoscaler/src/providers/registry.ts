import type { ProviderKind } from '@spillway/contracts';
import { none } from './none.js';
import type { Provider } from './provider.js';
import type { AutoscalerAccess } from './provider-definition.js';
import { ProviderError } from './provider-error.js';

/** Every provider there is, by the kind that the policy names. */
const PROVIDERS = { none };

/** Their variables together. */
export const providerVariables = {
  ...none.variables,
};
export type ProviderConfig = AutoscalerAccess;

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
  if (kind === 'none') return PROVIDERS[kind].create(config);
  throw new ProviderError('no-provider', `There is no provider ${kind}`, 'Name another one in the policy');
}
