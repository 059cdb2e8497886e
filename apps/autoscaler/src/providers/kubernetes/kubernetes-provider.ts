import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Inventory } from '@spillway/scaling';
import { providerCall } from '../provider-call.js';
import type { SettingsOf } from '../provider-definition.js';
import { ProviderError } from '../provider-error.js';
import type { Group, Provider } from '../provider.js';
import { Cluster } from './cluster.js';
import { explainKubernetesError } from './explain.js';
import { idOf, isLive, phaseOf } from './pods.js';
import { nameOf, scaleDown } from './scale-down.js';

type KubernetesGroup = Group<SettingsOf<'kubernetes'>>;
type Client = typeof import('@kubernetes/client-node');

/** How often the cluster is asked whether its controller ends what was chosen, which takes it a moment. */
const LOOKS = 20;

/**
 * A Deployment or StatefulSet, by its scale subresource. The number is written by compare-and-set, so no two
 * autoscalers ever add up. Instance ids are the pods' UIDs.
 */
export class KubernetesProvider implements Provider<SettingsOf<'kubernetes'>> {
  readonly kind = 'kubernetes';
  #client: Promise<Client> | undefined;
  readonly #configs = new Map<string | undefined, KubeConfig>();

  /** @param pollMs milliseconds between two looks at pods that shall end */
  constructor(private readonly pollMs = 500) {}

  async inventory({ settings }: KubernetesGroup, signal: AbortSignal): Promise<Inventory> {
    return this.#call(`looking at ${nameOf(settings)}`, settings, signal, async (cluster) => {
      const { spec, status } = await cluster.readScale(settings);
      const pods = await cluster.listPods(settings);
      if (pods.length === 0 && (spec?.replicas ?? 0) > 0 && (status?.replicas ?? 0) > 0)
        throw wrongSelector(settings);
      return { instances: pods.map((pod) => ({ instanceId: idOf(pod), phase: phaseOf(pod) })) };
    });
  }

  async grow({ settings }: KubernetesGroup, desired: number, signal: AbortSignal): Promise<void> {
    await this.#call(`growing ${nameOf(settings)}`, settings, signal, async (cluster) => {
      const scale = await cluster.readScale(settings);
      if ((scale.spec?.replicas ?? 0) < desired) await cluster.writeScale(settings, scale, desired);
    });
  }

  async end(
    { settings }: KubernetesGroup,
    instanceIds: readonly string[],
    _: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#call(`ending pods of ${nameOf(settings)}`, settings, signal, async (cluster) => {
      await scaleDown(cluster, settings, instanceIds);
      for (let looks = 0; looks < LOOKS; looks++) {
        const pods = await cluster.listPods(settings);
        if (!pods.some((pod) => isLive(pod) && instanceIds.includes(idOf(pod)))) return;
        await sleep(this.pollMs, undefined, { signal });
      }
      const remedy = 'It is tried again; look at the events of the workload';
      throw new ProviderError('conflict', `${nameOf(settings)} has not ended what it was told to`, remedy);
    });
  }

  async #call<T>(
    what: string,
    { context }: SettingsOf<'kubernetes'>,
    signal: AbortSignal,
    work: (cluster: Cluster) => Promise<T>,
  ): Promise<T> {
    const connected = async () => {
      // Loaded when it is needed first: it takes half a second.
      this.#client ??= import('@kubernetes/client-node');
      const client = await this.#client;
      return work(Cluster.connect(client, this.#configOf(client, context), signal));
    };
    return providerCall(what, signal, connected, explainKubernetesError);
  }

  /** From KUBECONFIG, ~/.kube/config or the pod's service account, as kubectl does. */
  #configOf(client: Client, context: string | undefined): KubeConfig {
    const known = this.#configs.get(context);
    if (known) return known;
    const config = new client.KubeConfig();
    config.loadFromDefault();
    if (context !== undefined) {
      const names = config.getContexts().map(({ name }) => name);
      if (!names.includes(context)) throw unknownContext(context, names);
      config.setCurrentContext(context);
    }
    this.#configs.set(context, config);
    return config;
  }
}

function wrongSelector(settings: SettingsOf<'kubernetes'>): ProviderError {
  return new ProviderError(
    'misconfigured',
    `${nameOf(settings)} has pods, but none with the labels ${settings.selector}`,
    'Set selector in the policy to the labels of its pod template',
  );
}

function unknownContext(context: string, names: readonly string[]): ProviderError {
  const remedy = `Name one of the kubeconfig in the policy: ${names.join(', ') || 'it has none'}`;
  return new ProviderError('misconfigured', `There is no Kubernetes context ${context}`, remedy);
}
