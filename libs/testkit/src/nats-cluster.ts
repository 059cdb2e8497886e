import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { startNats, type StartedNats } from './nats.js';
import { countRoutes, mostNamed, readLacks, readLeader } from './nats-monitor.js';
import { startProxy, type StartedProxy } from './tcp-proxy.js';

export interface StartedNatsCluster {
  /** By server name. */
  readonly servers: ReadonlyMap<string, StartedNats>;
  /** All of them, as in NATS_URL. */
  readonly urls: string;
  /** Those of some, in this order. */
  readonly urlsOf: (names: readonly string[]) => string;
  /** Name of the server that leads a stream, as the servers that run say; `undefined` while there is none. */
  readonly leaderOf: (stream: string) => Promise<string | undefined>;
  /** Pulls the cables between one server and all others. Its clients stay connected to it. */
  readonly cutOff: (name: string) => Promise<void>;
  /** Mends the cables of one that was cut off or restarted. Resolves once it has caught up: another may be lost then. */
  readonly rejoin: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Nobody listens there: servers find each other by the cables they were told of and by nothing else. */
const NO_ADDRESS = '127.0.0.1:1';

/** A cable for the routes that one server opens to another. */
interface Cable {
  readonly from: string;
  readonly to: string;
  readonly proxy: StartedProxy;
}

/** Real nats-servers that form one JetStream cluster; it needs some seconds to elect its leaders. */
export async function startNatsCluster(size: number): Promise<StartedNatsCluster> {
  const names = Array.from({ length: size }, (_, index) => `nats-${index + 1}`);
  const routePorts = await portsFor(names);
  const monitorPorts = await portsFor(names);
  const cables = await layCables(routePorts);
  const servers = new Map<string, StartedNats>(
    await Promise.all(
      names.map(async (name) => {
        const routes = cables.flatMap(({ from, proxy }) => (from === name ? [urlOf(proxy.port)] : []));
        const settings = {
          name,
          cluster_name: 'spillway',
          cluster: urlOf(routePorts.get(name) ?? 0),
          routes: routes.join(','),
          cluster_advertise: NO_ADDRESS,
          no_advertise: 'true',
          http_port: `${monitorPorts.get(name)}`,
        };
        const args = Object.entries(settings).map(([option, value]) => `--${option}=${value}`);
        return [name, await startNats({ args })] as const;
      }),
    ),
  );
  const cablesOf = (name: string) => cables.filter(({ from, to }) => from === name || to === name);
  const urlsOf = (some: readonly string[]) => some.map((name) => servers.get(name)?.url ?? '').join(',');
  return {
    servers,
    urls: urlsOf(names),
    urlsOf,
    leaderOf: async (stream) => {
      const ports = [...monitorPorts.values()];
      return mostNamed(await Promise.all(ports.map((port) => readLeader(port, stream))));
    },
    cutOff: async (name) => {
      for (const { proxy } of cablesOf(name)) proxy.cut();
      await untilNone(`${name} is not cut off`, async () => {
        const count = await countRoutes(monitorPorts.get(name) ?? 0);
        return count > 0 ? [`${count} routes`] : [];
      });
    },
    rejoin: async (name) => {
      for (const { proxy } of cablesOf(name)) proxy.mend();
      await untilNone(`${name} has not caught up`, () => readLacks(monitorPorts, name));
    },
    stop: async () => {
      await Promise.all([...servers.values()].map((server) => server.stop()));
      await Promise.all(cables.map(({ proxy }) => proxy.stop()));
    },
  };
}

async function portsFor(names: readonly string[]): Promise<Map<string, number>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await getPort()] as const)));
}

/**
 * A server that was cut off comes back with a higher term, so that all its groups elect anew: 4–9 s each time that nobody
 * wins (nats-server 2.9.10), 13 s were seen in all on an idle machine.
 */
const LIMIT_MS = 60_000;
const LOOK_MS = 50;

async function untilNone(problem: string, read: () => Promise<readonly string[]>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (let left = await read(); left.length > 0; left = await read()) {
    if (performance.now() > deadline)
      throw new Error(`${problem} in ${LIMIT_MS / 1000} s: ${left.join(', ')}`);
    await sleep(LOOK_MS);
  }
}

const urlOf = (port: number) => `nats://127.0.0.1:${port}`;

async function layCables(routePorts: ReadonlyMap<string, number>): Promise<Cable[]> {
  const pairs = [...routePorts.keys()].flatMap((from) =>
    [...routePorts].flatMap(([to, port]) => (to === from ? [] : [{ from, to, port }])),
  );
  return Promise.all(pairs.map(async ({ from, to, port }) => ({ from, to, proxy: await startProxy(port) })));
}
