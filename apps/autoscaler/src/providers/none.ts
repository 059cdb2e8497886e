import { defineProvider } from './provider-definition.js';
import { ProviderError } from './provider-error.js';

/** Nobody starts or ends anything: the region's nodes are somebody else's, its plans are reports. */
export const none = defineProvider({
  kind: 'none',
  variables: {},
  create: () => ({
    kind: 'none',
    inventory: async () => ({ instances: [] }),
    grow: async ({ region }) => refuse(region),
    end: async ({ region }) => refuse(region),
  }),
});

function refuse(region: string): never {
  throw new ProviderError(
    'no-provider',
    `${region} has no provider that starts or ends instances`,
    'Name one under regions.<region>.scaling.provider of the policy, or carry the plan out by hand',
  );
}
