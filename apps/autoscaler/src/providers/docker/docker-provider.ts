import type Docker from 'dockerode';
import type { ContainerInfo } from 'dockerode';
import type { Inventory } from '@spillway/scaling';
import type { NodesNats } from '../nodes-nats.js';
import { providerCall } from '../provider-call.js';
import type { AutoscalerAccess, SettingsOf } from '../provider-definition.js';
import { ProviderError } from '../provider-error.js';
import type { Group, Provider } from '../provider.js';
import { namesOf } from '../tell.js';
import { containerFor, freeNumber, idOf, phaseOf, REGION_LABEL } from './containers.js';
import { explainDockerError, statusOf } from './explain.js';

type DockerGroup = Group<SettingsOf<'docker'>>;

export interface DockerProviderOptions extends AutoscalerAccess, NodesNats {
  readonly masterSecret: string | undefined;
}

/** Seconds a container has after SIGTERM: its reporter says `stopped`. */
const STOP_SECONDS = 10;
/** Names taken by somebody else at the same moment, in a row. */
const CONFLICTS = 100;
const NOT_MODIFIED = 304;
const NOT_FOUND = 404;
const CONFLICT = 409;

/**
 * Containers of one image. Several autoscalers add up to the right number because Docker gives a name once: who finds
 * it taken counts again.
 */
export class DockerProvider implements Provider<SettingsOf<'docker'>> {
  readonly kind = 'docker';
  #docker: Promise<Docker> | undefined;

  constructor(private readonly options: DockerProviderOptions) {}

  async inventory({ region }: DockerGroup, signal: AbortSignal): Promise<Inventory> {
    return this.#call(`looking at the containers of ${region}`, signal, async (docker) => {
      const containers = await list(docker, region, signal);
      return { instances: containers.map((each) => ({ instanceId: idOf(each), phase: phaseOf(each) })) };
    });
  }

  async grow(group: DockerGroup, desired: number, signal: AbortSignal): Promise<void> {
    const { region } = group;
    await this.#call(`growing ${region}`, signal, async (docker) => {
      for (let conflicts = 0; conflicts <= CONFLICTS;) {
        const containers = await list(docker, region, signal);
        const live = containers.filter((each) => phaseOf(each) !== 'ending');
        if (live.length >= desired) return this.#startCreated(docker, live, signal);
        const id = await this.#create(docker, group, freeNumber(region, containers), signal);
        if (id === undefined) conflicts++;
        else await start(docker, id, signal);
      }
      throw new ProviderError('conflict', `Others take every name in ${region}`, 'It is tried again');
    });
  }

  async end(
    group: DockerGroup,
    instanceIds: readonly string[],
    _: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#call(`ending ${namesOf(instanceIds)}`, signal, async (docker) => {
      const containers = await list(docker, group.region, signal);
      // Besides those, what somebody stopped, or an autoscaler that died meanwhile.
      const chosen = containers.filter(
        (each) => instanceIds.includes(idOf(each)) || phaseOf(each) === 'ending',
      );
      await Promise.all(chosen.map(({ Id }) => remove(docker, Id, signal)));
    });
  }

  /** @returns nothing when the name has just been taken. */
  async #create(
    docker: Docker,
    group: DockerGroup,
    number: number,
    abortSignal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const options = containerFor(group, number, this.options);
      return (await docker.createContainer({ ...options, abortSignal })).id;
    } catch (error) {
      if (statusOf(error) === CONFLICT) return undefined;
      throw error;
    }
  }

  /** What an autoscaler created that died before it started it. */
  async #startCreated(docker: Docker, live: readonly ContainerInfo[], signal: AbortSignal): Promise<void> {
    for (const { Id, State } of live) if (State === 'created') await start(docker, Id, signal);
  }

  async #call<T>(what: string, signal: AbortSignal, work: (docker: Docker) => Promise<T>): Promise<T> {
    const connected = async () => {
      this.#docker ??= import('dockerode').then(({ default: Client }) => new Client());
      return work(await this.#docker);
    };
    return providerCall(what, signal, connected, explainDockerError);
  }
}

function list(docker: Docker, region: string, abortSignal: AbortSignal): Promise<ContainerInfo[]> {
  const filters = { label: [`${REGION_LABEL}=${region}`] };
  return docker.listContainers({ all: true, filters, abortSignal });
}

/** One that cannot be started is taken away again: it would count as booting for good. */
async function start(docker: Docker, id: string, abortSignal: AbortSignal): Promise<void> {
  try {
    await docker.getContainer(id).start({ abortSignal });
  } catch (error) {
    const status = statusOf(error);
    // Listed and not to be found: somebody else is just creating it and will start it, or has ended it.
    if (status === NOT_MODIFIED || isNoSuchContainer(error)) return;
    if (status === undefined) throw error;
    await remove(docker, id, abortSignal);
    const { message } = explainDockerError(error, 'starting a container');
    throw new ProviderError('cannot-start', message, 'Look at the image and the log of dockerd', error);
  }
}

/** A network that is missing is not found either. */
const isNoSuchContainer = (error: unknown) =>
  statusOf(error) === NOT_FOUND && error instanceof Error && /no such container/i.test(error.message);

async function remove(docker: Docker, id: string, abortSignal: AbortSignal): Promise<void> {
  const container = docker.getContainer(id);
  await unless([NOT_MODIFIED, NOT_FOUND], () => container.stop({ t: STOP_SECONDS, abortSignal }));
  // In use: somebody else is removing it.
  await unless([NOT_FOUND, CONFLICT], () => container.remove({ v: true, abortSignal }));
}

/** These answers mean that it has been done before. */
async function unless(statuses: readonly number[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  }
}
