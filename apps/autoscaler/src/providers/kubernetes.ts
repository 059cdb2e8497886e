import { KubernetesProvider } from './kubernetes/kubernetes-provider.js';
import { defineProvider } from './provider-definition.js';

/** Deployments and StatefulSets. Its one variable is the client's own: KUBECONFIG. */
export const kubernetes = defineProvider({
  kind: 'kubernetes',
  variables: {},
  create: () => new KubernetesProvider(),
});
