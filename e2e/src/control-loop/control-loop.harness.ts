import { DEFAULT_RETENTION, type PolicyDocument } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { seededRandom } from '@spillway/testkit';
import { until } from '../until.js';
import { Cloud } from './cloud.harness.js';
import { Demand } from './demand.harness.js';
import type { IceStream } from './ice-stream.harness.js';
import { LogWitness } from './log-witness.harness.js';
import { Programs, type Program, type RouterProgram } from './programs.harness.js';
import { SimulatedFleet } from './simulated-fleet.harness.js';
import { drawClients } from './world.harness.js';

export interface ControlLoopOptions {
  readonly natsUrl: string;
  /** For the fleet's own link, where some servers are to be lost; `natsUrl` unless told. */
  readonly fleetUrl?: string;
  /** For the last of the routers; `natsUrl` unless told. */
  readonly lastRouterUrl?: string;
  /** Copies of the log: 1 on one server, 3 on a cluster. */
  readonly replicas?: number;
  /** Given where the cloud is, for regions that it scales. */
  readonly policy: (cloudUrl: string) => PolicyDocument;
  readonly nodes: ReadonlyMap<string, number>;
  /** Sessions a node of the region takes. */
  readonly nodeCapacity: (region: string) => number;
  readonly intervalMs: number;
  readonly meanSessionMs: number;
  readonly routers: number;
  readonly autoscalers: number;
  readonly seed: number;
  /** Utilization a region's own clients would bring it to, `ms` after the start. */
  readonly demandOf?: (region: string, ms: number) => number;
  /** Milliseconds the cloud's machines take to boot. */
  readonly bootMs?: number;
}

/** How the regions were at one moment. */
export interface Sample {
  /** Milliseconds since demand began. */
  readonly atMs: number;
  /** The truth, as nobody else knows it. */
  readonly utilization: ReadonlyMap<string, number>;
  /** As the first router has it. */
  readonly priceMs: ReadonlyMap<string, number>;
}

/** Real routers and autoscalers on a real NATS, around a simulated fleet and its clients. */
export interface ControlLoop {
  readonly bus: NatsBus;
  readonly programs: Programs;
  readonly routers: readonly RouterProgram[];
  readonly autoscalers: readonly Program[];
  readonly fleet: SimulatedFleet;
  /** All nodes are its machines. */
  readonly cloud: Cloud;
  readonly demand: Demand;
  readonly witness: LogWitness;
  readonly samples: readonly Sample[];
  stop(): Promise<void>;
}

const CLIENTS_PER_REGION = 400;
const SAMPLE_MS = 500;
/** Ample for some minutes of heartbeats, small enough for any disk. */
const LOG_BYTES = 512 * 1024 ** 2;
const CONNECT_LIMIT_MS = 30_000;

/** Everything up and caught up, demand not begun. */
export async function startControlLoop(options: ControlLoopOptions): Promise<ControlLoop> {
  const { natsUrl, seed, bootMs = 2_000, demandOf = () => 0 } = options;
  const bus = NatsBus.connect({ servers: options.fleetUrl ?? natsUrl, name: 'control-loop-spec' });
  const programs = new Programs();
  const witness = new LogWitness();
  const random = seededRandom(seed);
  const fleet = new SimulatedFleet({ ...options, random, busOf: () => bus });
  const cloud = new Cloud({ fleet, bootMs });
  const samples: Sample[] = [];
  const streams: IceStream[] = [];
  let demand: Demand | undefined;
  let sampling: NodeJS.Timeout | undefined;
  const stop = async () => {
    clearInterval(sampling);
    await demand?.stop();
    fleet.stop();
    for (const stream of streams) stream.close();
    await programs.stop();
    await cloud.stop();
    await witness.stop();
    await bus.close();
  };
  try {
    await until('NATS is there', CONNECT_LIMIT_MS, async () => bus.link === 'up');
    await bus.provision({ ...DEFAULT_RETENTION, maxBytes: LOG_BYTES, replicas: options.replicas ?? 1 });
    witness.tell(({ event }) => {
      if (event.kind === 'command') fleet.obey(event.node, event.command);
    });
    await witness.start(bus);
    await cloud.start();
    const policy = options.policy(cloud.url);
    await programs.applyPolicy(natsUrl, policy);
    // As if it had been so for ever: an autoscaler that saw an empty fleet fill up would take it for growth.
    for (const node of fleet.nodes.values()) {
      node.sessions = Math.round(demandOf(node.region, 0) * node.capacity);
    }
    fleet.start();
    const names = (what: string, count: number) =>
      Array.from({ length: count }, (_, n) => `${what}-${n + 1}`);
    const startRouter = (name: string, index: number) => {
      const isLast = index === options.routers - 1;
      return programs.startRouter((isLast && options.lastRouterUrl) || natsUrl, name);
    };
    const [clients, routers, autoscalers] = await Promise.all([
      options.routers > 0 ? drawClients(policy, CLIENTS_PER_REGION, random) : new Map(),
      Promise.all(names('router', options.routers).map(startRouter)),
      Promise.all(
        names('autoscaler', options.autoscalers).map((name) => programs.startAutoscaler(natsUrl, name)),
      ),
    ]);
    streams.push(...routers.map(({ stream }) => stream));
    const begun = new Demand({ ...options, demandOf, fleet, clients, routers: streams, random });
    demand = begun;
    await Promise.all(routers.map((router) => untilSeen(router, options.nodes)));
    const [observed] = routers;
    if (observed) sampling = setInterval(() => void takeSample(fleet, begun, observed, samples), SAMPLE_MS);
    return { bus, programs, routers, autoscalers, fleet, cloud, demand: begun, witness, samples, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function takeSample(
  fleet: SimulatedFleet,
  demand: Demand,
  router: RouterProgram,
  samples: Sample[],
): Promise<void> {
  const utilization = new Map(fleet.regions.map((region) => [region, fleet.utilizationOf(region)]));
  const atMs = demand.ms;
  // A router that is just being stopped answers nobody.
  const { regions } = await readRegions(router).catch(() => ({ regions: [] }));
  samples.push({
    atMs,
    utilization,
    priceMs: new Map(regions.map(({ region, priceMs }) => [region, priceMs])),
  });
}

interface RegionReport {
  readonly region: string;
  readonly priceMs: number;
  readonly usableNodes: number;
}

export async function readRegions(
  router: RouterProgram,
): Promise<{ readonly regions: readonly RegionReport[] }> {
  return (await router.get('/v1/regions')) as { regions: RegionReport[] };
}

/** Until it answers, too: the fleet is seen before the log has been read to its end. */
async function untilSeen(router: RouterProgram, nodes: ReadonlyMap<string, number>): Promise<void> {
  await until(`${router.name} sees the whole fleet`, CONNECT_LIMIT_MS, async () => {
    const { ready } = (await router.get('/readyz')) as { ready: boolean };
    const { regions } = await readRegions(router);
    return (
      ready &&
      [...nodes].every(([id, count]) =>
        regions.some(({ region, usableNodes }) => region === id && usableNodes === count),
      )
    );
  });
}
