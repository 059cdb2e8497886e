import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
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

/** Milliseconds within which each server finds all others; they dial anew every second. */
const FIND_MS = 8_000;

/** Times the servers are started anew, should they not find each other. */
const ATTEMPTS = 5;

/**
 * Real nats-servers that form one JetStream cluster; it needs some seconds to elect its leaders. Two that dial each other
 * at the same moment may both hang up, for good (nats-server 2.9.10, one start in a hundred on a busy machine): then all
 * begin anew.
 */
export async function startNatsCluster(size: number): Promise<StartedNatsCluster> {
  for (let attempt = 1; ; attempt++) {
    const { cluster, monitorPorts } = await startServers(size);
    if (await findEachOther(monitorPorts)) return cluster;
    await cluster.stop();
    if (attempt === ATTEMPTS)
      throw new Error(`${size} nats-servers did not find each other, ${ATTEMPTS} times`);
  }
}

async function startServers(size: number) {
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
  const cluster: StartedNatsCluster = {
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
  return { cluster, monitorPorts };
}

/** Whether each server has found all others within `FIND_MS`. */
async function findEachOther(monitorPorts: ReadonlyMap<string, number>): Promise<boolean> {
  const deadline = performance.now() + FIND_MS;
  while (performance.now() < deadline) {
    const counts = await Promise.all([...monitorPorts.values()].map(countRoutes));
    if (counts.every((count) => count === monitorPorts.size - 1)) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

async function portsFor(names: readonly string[]): Promise<Map<string, number>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
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
