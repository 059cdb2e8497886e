import getPort from 'get-port';
import { startNats, type StartedNats } from './nats.js';

export interface StartedNatsCluster {
  /** By server name. */
  readonly servers: ReadonlyMap<string, StartedNats>;
  /** All of them, as in NATS_URL. */
  readonly urls: string;
  readonly stop: () => Promise<void>;
}

/** Real nats-servers that form one JetStream cluster; it needs some seconds to elect its leaders. */
export async function startNatsCluster(size: number): Promise<StartedNatsCluster> {
  const names = Array.from({ length: size }, (_, index) => `nats-${index + 1}`);
  const routePorts = await Promise.all(names.map(() => getPort()));
  const routes = routePorts.map((port) => `nats://127.0.0.1:${port}`);
  const servers = await Promise.all(
    names.map((name, index) => {
      const own = ['--name', name, '--cluster', routes[index] ?? ''];
      return startNats({ args: [...own, '--cluster_name', 'spillway', '--routes', routes.join(',')] });
    }),
  );
  return {
    servers: new Map(names.map((name, index) => [name, servers[index] as StartedNats])),
    urls: servers.map(({ url }) => url).join(','),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
