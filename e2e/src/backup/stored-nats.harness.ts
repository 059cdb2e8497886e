import { cp, rm } from 'node:fs/promises';
import { startNats, startNatsCluster, type StartedNats } from '@spillway/testkit';

/** NATS servers whose stores are copied and put back, with the steps of docs/backup.md. */
export interface StoredNats {
  readonly url: string;
  readonly replicas: number;
  /** Stops one server, copies its store, and starts it again. With three, the others go on meanwhile. */
  copyStore(to: string): Promise<void>;
  /** All servers at once, with what they stored. */
  lose(): Promise<void>;
  /** Every server with the same copy; without one, with nothing. */
  restore(from?: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startStoredNats(size: 1 | 3): Promise<StoredNats> {
  if (size === 1) {
    const server = await startNats();
    return storedBy([server], server.url, async () => {}, server.stop);
  }
  const cluster = await startNatsCluster(size);
  const untilCaughtUp = async () => {
    for (const name of cluster.servers.keys()) await cluster.rejoin(name);
  };
  return storedBy([...cluster.servers.values()], cluster.urls, untilCaughtUp, cluster.stop);
}

function storedBy(
  servers: readonly StartedNats[],
  url: string,
  untilCaughtUp: () => Promise<void>,
  stop: () => Promise<void>,
): StoredNats {
  const each = (work: (server: StartedNats) => Promise<void>) => Promise.all(servers.map(work));
  return {
    url,
    replicas: servers.length,
    copyStore: async (to) => {
      const last = servers.at(-1);
      if (!last) throw new Error('no server');
      await last.end('SIGTERM');
      await cp(last.storeFolder, to, { recursive: true });
      await last.restart();
      await untilCaughtUp();
    },
    lose: async () => {
      await each(async (server) => {
        await server.kill();
        await rm(server.storeFolder, { recursive: true });
      });
    },
    restore: async (from) => {
      await each(async (server) => {
        if (from !== undefined) await cp(from, server.storeFolder, { recursive: true });
        await server.restart();
      });
      // Where there was nothing to restore, those that run begin anew as soon as there is a majority.
      if (from !== undefined) await untilCaughtUp();
    },
    stop,
  };
}
