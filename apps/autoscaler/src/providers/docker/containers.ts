import { randomBytes } from 'node:crypto';
import type { ContainerCreateOptions, ContainerInfo } from 'dockerode';
import { tokenSchema } from '@spillway/contracts';
import type { Instance } from '@spillway/scaling';
import { deriveNodeSecret } from '@spillway/turn';
import { natsOfContainers, type NodesNats } from '../nodes-nats.js';
import type { AutoscalerAccess, SettingsOf } from '../provider-definition.js';
import { ProviderError } from '../provider-error.js';
import type { Group } from '../provider.js';

export const REGION_LABEL = 'spillway.region';
export const INSTANCE_LABEL = 'spillway.instance';

export const idOf = ({ Labels }: ContainerInfo): string => Labels[INSTANCE_LABEL] ?? '';

/** With the restart policy they get, containers only stay `exited` when somebody stopped them. */
export function phaseOf({ State }: ContainerInfo): Instance['phase'] {
  if (State === 'created' || State === 'restarting') return 'booting';
  return State === 'running' || State === 'paused' ? 'running' : 'ending';
}

const nameOf = (region: string, number: number) => `spillway-${region}-${number}`;

/** The first of a region's names that no container has. Docker refuses a second container of the same name. */
export function freeNumber(region: string, containers: readonly ContainerInfo[]): number {
  const taken = new Set(containers.flatMap(({ Names }) => Names));
  let number = 1;
  while (taken.has(`/${nameOf(region, number)}`)) number++;
  return number;
}

/** What a reporter says unless told. */
const SECRET_EPOCH = 1;
const ID_BYTES = 4;

/** The container is told by its environment who it is. Numbers are given again; instance ids are not. */
export function containerFor(
  { region, settings }: Group<SettingsOf<'docker'>>,
  number: number,
  { masterSecret, ...access }: AutoscalerAccess & NodesNats & { readonly masterSecret: string | undefined },
): ContainerCreateOptions {
  const instanceId = `${region}-${number}-${randomBytes(ID_BYTES).toString('hex')}`;
  if (!tokenSchema.safeParse(instanceId).success) {
    const remedy = 'Give the region a shorter name: that of a node has 64 characters at most';
    throw new ProviderError('misconfigured', `${instanceId} cannot be the name of a node`, remedy);
  }
  const environment: Record<string, string> = {
    ...natsOfContainers(settings.env, access),
    ...settings.env,
    REGION: region,
    NODE_ID: instanceId,
    INSTANCE_ID: instanceId,
    INSTANCE_NUMBER: String(number),
    ...(masterSecret !== undefined && {
      TURN_NODE_SECRET: deriveNodeSecret(masterSecret, instanceId, SECRET_EPOCH),
    }),
  };
  return {
    name: nameOf(region, number),
    Image: settings.image,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: { [REGION_LABEL]: region, [INSTANCE_LABEL]: instanceId },
    HostConfig: { NetworkMode: settings.network, RestartPolicy: { Name: 'unless-stopped' } },
  };
}
