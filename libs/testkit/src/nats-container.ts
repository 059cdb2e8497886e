import type { RunningServer } from './nats.js';

/**
 * The nats-server of an image whose entry point takes its arguments. It uses the host's network, so that it keeps its
 * address over restarts and several find each other.
 * @returns nothing when Docker does not answer; that is an error where `CI=true`.
 */
export async function startContainer(
  image: string,
  args: readonly string[],
  scratch: string,
): Promise<RunningServer | undefined> {
  // Only where it is used: it takes half a second to load.
  const { getContainerRuntimeClient, GenericContainer, Wait } = await import('testcontainers');
  if (!(await resolves(getContainerRuntimeClient()))) {
    if (process.env['CI'] === 'true') throw new Error('NATS_IMAGE is set, but Docker does not answer');
    return undefined;
  }
  const container = await new GenericContainer(image)
    .withEntrypoint(['nats-server'])
    .withNetworkMode('host')
    .withUser(`${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`)
    .withBindMounts([{ source: scratch, target: scratch }])
    .withCommand([...args])
    .withWaitStrategy(Wait.forLogMessage('Server is ready'))
    .start();
  return {
    // No grace: Docker sends SIGKILL at once.
    kill: async () => {
      await container.stop({ timeout: 0 });
    },
    end: async (signal) => {
      const { container: docker } = await getContainerRuntimeClient();
      const running = docker.getById(container.getId());
      await running.kill({ signal });
      await running.wait();
      await container.stop({ timeout: 0 });
    },
  };
}

async function resolves(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
