import type { AppsV1Api, CoreV1Api, KubeConfig, V1Pod, V1Scale } from '@kubernetes/client-node';
import { ProviderError } from '../provider-error.js';
import type { SettingsOf } from '../provider-definition.js';

type Client = typeof import('@kubernetes/client-node');
export type Workload = SettingsOf<'kubernetes'>;

/** Of ReplicaSets: those with the lowest cost go first. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** The few requests that are needed, each given up when `signal` is aborted. */
export class Cluster {
  private constructor(
    private readonly apps: AppsV1Api,
    private readonly core: CoreV1Api,
    /** The same, for merge patches: the client takes JSON patches unless told. */
    private readonly patching: CoreV1Api,
  ) {}

  static connect(client: Client, config: KubeConfig, signal: AbortSignal): Cluster {
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) {
      const remedy =
        'Set KUBECONFIG to a file with a current context, or run in a pod with a service account';
      throw new ProviderError('misconfigured', 'There is no Kubernetes cluster to ask', remedy);
    }
    const configurationFor = (contentType?: string) =>
      client.createConfiguration({
        baseServer: new client.ServerConfiguration(server, {}),
        authMethods: { default: config },
        promiseMiddleware: [
          {
            pre: async (request) => {
              request.setSignal(signal);
              if (contentType !== undefined) request.setHeaderParam('Content-Type', contentType);
              return request;
            },
            post: async (response) => response,
          },
        ],
      });
    return new Cluster(
      new client.AppsV1Api(configurationFor()),
      new client.CoreV1Api(configurationFor()),
      new client.CoreV1Api(configurationFor(client.PatchStrategy.MergePatch)),
    );
  }

  readScale({ namespace, name, workload }: Workload): Promise<V1Scale> {
    return workload === 'deployments'
      ? this.apps.readNamespacedDeploymentScale({ namespace, name })
      : this.apps.readNamespacedStatefulSetScale({ namespace, name });
  }

  /** Refused by the cluster, as a conflict, when it has changed since it was read. */
  async writeScale({ namespace, name, workload }: Workload, read: V1Scale, replicas: number): Promise<void> {
    const { apiVersion, kind, metadata } = read;
    const body = { apiVersion, kind, metadata, spec: { replicas } };
    if (workload === 'deployments')
      await this.apps.replaceNamespacedDeploymentScale({ namespace, name, body });
    else await this.apps.replaceNamespacedStatefulSetScale({ namespace, name, body });
  }

  async listPods({ namespace, selector }: Workload): Promise<V1Pod[]> {
    return (await this.core.listNamespacedPod({ namespace, labelSelector: selector })).items;
  }

  /** `null` takes the cost away. */
  async setDeletionCost({ namespace }: Workload, pod: V1Pod, cost: string | null): Promise<void> {
    const body = { metadata: { annotations: { [DELETION_COST]: cost } } };
    await this.patching.patchNamespacedPod({ namespace, name: pod.metadata?.name ?? '', body });
  }
}
