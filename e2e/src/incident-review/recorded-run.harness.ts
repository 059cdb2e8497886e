import { setTimeout as sleep } from 'node:timers/promises';
import type { Heartbeat } from '@spillway/contracts';
import { seededRandom, startNats, startProxy, type StartedNats, type StartedProxy } from '@spillway/testkit';
import {
  compressedPolicy,
  INTERVAL_MS,
  MEAN_SESSION_SECONDS,
} from '../control-loop/compressed-policy.harness.js';
import { startControlLoop, type ControlLoop } from '../control-loop/control-loop.harness.js';
import { Demand } from '../control-loop/demand.harness.js';
import { untilLed } from '../control-loop/leader.harness.js';
import type { RouterProgram } from '../control-loop/programs.harness.js';
import { drawClients } from '../control-loop/world.harness.js';
import { until } from '../until.js';

/** Goes from 60 % to 130 % of its capacity and back in every round. */
export const HOT = 'eu-central-1';
/** Is not heard for a part of every round. */
const SILENT = 'us-west-2';
/** One of its nodes says for a part of every round that it carries nothing. */
const LIAR = 'us-east-1';
const REGIONS = [HOT, SILENT, LIAR, 'ap-south-1', 'ap-northeast-1', 'sa-east-1'];
const NODES = 8;
const NODE_CAPACITY = 1_400;
const CALM = 0.6;
const PEAK = 1.3;
const SEED = 7;
const LAST_ANSWERS_MS = 5_000;

/** Parts of a round, in the order of time. */
const PARTS = {
  up: 0.05,
  lie: 0.1,
  silence: 0.2,
  peak: 0.25,
  truth: 0.4,
  sound: 0.45,
  takeover: 0.48,
  down: 0.5,
  busAway: 0.58,
  calm: 0.7,
  busBack: 0.7,
  linkLost: 0.8,
  linkBack: 0.88,
  restart: 0.92,
} as const;
type Part = keyof typeof PARTS;

function demandOf(region: string, part: number): number {
  if (region !== HOT || part < PARTS.up || part > PARTS.calm) return CALM;
  const climbed = (part - PARTS.up) / (PARTS.peak - PARTS.up);
  const fallen = (part - PARTS.down) / (PARTS.calm - PARTS.down);
  return CALM + (PEAK - CALM) * Math.min(1, climbed, 1 - fallen);
}

export interface RecordedRun {
  readonly natsUrl: string;
  /** Requests that were answered. */
  readonly answered: number;
  readonly rounds: number;
  /** Addresses of clients. */
  readonly addresses: ReadonlySet<string>;
  /** Credentials that were handed out, and names of those they were for. */
  readonly secrets: readonly string[];
  /** Ends NATS, and with it the log. */
  stop(): Promise<void>;
}

/**
 * Has four real routers on a real NATS decide, in rounds of `roundMs` with all faults in each, until `decisions` have
 * been made; then ends all but NATS.
 */
export async function recordRun(decisions: number, roundMs: number): Promise<RecordedRun> {
  const nats = await startNats();
  const proxy = await startProxy(nats.port);
  const stop = async () => {
    await proxy.stop();
    await nats.stop();
  };
  try {
    const loop = await startControlLoop({
      natsUrl: nats.url,
      lastRouterUrl: `nats://127.0.0.1:${proxy.port}`,
      policy: policyWith,
      nodes: new Map(REGIONS.map((region) => [region, NODES])),
      nodeCapacity: () => NODE_CAPACITY,
      intervalMs: INTERVAL_MS,
      meanSessionMs: MEAN_SESSION_SECONDS * 1000,
      routers: 4,
      autoscalers: 2,
      seed: SEED,
    });
    try {
      const rounds = new Rounds(loop, nats, proxy, roundMs);
      return { natsUrl: nats.url, ...(await rounds.live(decisions)), stop };
    } finally {
      await loop.stop();
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

class Rounds {
  private answered = 0;
  private readonly addresses = new Set<string>();
  private readonly secrets: string[] = [];
  private demand: Demand | undefined;
  private begun = 0;

  constructor(
    private readonly loop: ControlLoop,
    private readonly nats: StartedNats,
    private readonly proxy: StartedProxy,
    private readonly roundMs: number,
  ) {}

  async live(decisions: number): Promise<Omit<RecordedRun, 'natsUrl' | 'stop'>> {
    const { loop, roundMs } = this;
    const random = seededRandom(SEED);
    const clients = await drawClients(policyWith(loop.cloud.url), 400, random);
    for (const { ip } of [...clients.values()].flat()) this.addresses.add(ip);
    const streams = loop.routers.map(({ stream }) => stream);
    const routers = [...loop.routers];
    let autoscalers = [...loop.autoscalers];
    this.demand = new Demand({
      fleet: loop.fleet,
      clients,
      routers: streams,
      meanSessionMs: MEAN_SESSION_SECONDS * 1000,
      random,
      demandOf: (region, ms) => demandOf(region, (ms % roundMs) / roundMs),
    });
    this.demand.start();
    const happenings: Partial<Record<Part, () => Promise<unknown> | void>> = {
      lie: () => this.distort(carriesNothing),
      truth: () => this.distort((truth) => truth),
      silence: () => void (loop.fleet.transportOf(SILENT).isCut = true),
      sound: () => void (loop.fleet.transportOf(SILENT).isCut = false),
      takeover: async () => {
        const { program } = await untilLed(loop.bus, autoscalers, 30_000);
        await program.kill();
        const another = await loop.programs.startAutoscaler(this.nats.url, `another-${this.begun}`);
        autoscalers = [...autoscalers.filter((each) => each !== program), another];
      },
      busAway: () => this.nats.kill(),
      busBack: () => this.nats.restart(),
      linkLost: () => this.proxy.cut(),
      linkBack: () => this.proxy.mend(),
      restart: async () => {
        const [former] = routers;
        const another = await loop.programs.startRouter(this.nats.url, former?.name ?? '');
        // Both are there for a moment, as when one is replaced.
        [routers[0], streams[0]] = [another, another.stream];
        await former?.kill();
      },
    };
    while (this.answered < decisions) {
      await this.round(happenings);
      await this.askInPerson(routers);
      this.count();
    }
    // One that was asked of a router that was killed may never be answered.
    await Promise.race([this.demand.stop(), sleep(LAST_ANSWERS_MS)]);
    await Promise.all(routers.map((router) => router.terminate()));
    this.count();
    const { answered, begun: rounds, addresses, secrets } = this;
    return { answered, rounds, addresses, secrets };
  }

  /** With names, over HTTP, and keeps what must be found nowhere else. */
  private async askInPerson(routers: readonly RouterProgram[]): Promise<void> {
    for (const [i, router] of routers.entries()) {
      const userId = `liddell-${this.begun}-${i}@example.org`;
      const clientIp = [...this.addresses][i] ?? '';
      // One that has just been replaced reads the log first.
      const { iceServers } = await until(`${router.name} answers`, 30_000, () =>
        router.ask({ userId, clientIp }),
      );
      const given = iceServers.flatMap((server) => ('credential' in server ? [server.credential] : []));
      this.secrets.push(userId, ...given.map(String));
    }
  }

  private async round(happenings: Partial<Record<Part, () => Promise<unknown> | void>>): Promise<void> {
    const from = this.begun++ * this.roundMs;
    for (const [part, happen] of Object.entries(happenings)) {
      await sleep(Math.max(0, from + PARTS[part as Part] * this.roundMs - (this.demand?.ms ?? 0)));
      await happen();
    }
    await sleep(Math.max(0, from + this.roundMs - (this.demand?.ms ?? 0)));
  }

  /** What the harness keeps of a long run would fill the memory. */
  private count(): void {
    const arrivals = this.demand?.arrivals.splice(0) ?? [];
    this.answered += arrivals.filter(({ served }) => served !== undefined).length;
    this.loop.witness.entries.length = 0;
  }

  private distort(tell: (truth: Heartbeat) => Heartbeat): void {
    const [node] = this.loop.fleet.nodesIn(LIAR);
    if (node) node.distort = tell;
  }
}

const carriesNothing = (truth: Heartbeat): Heartbeat => ({
  ...truth,
  load: { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 },
});

function policyWith(cloudUrl: string) {
  const scaling = {
    provider: { kind: 'webhook', url: cloudUrl },
    min: NODES,
    // Less than it needs at the peak: the rest is spilled.
    max: NODES + 2,
    stabilizationUpSeconds: 5,
    stabilizationDownSeconds: 10,
    coolDownSeconds: 5,
    drainDeadlineSeconds: 10,
  };
  return compressedPolicy(
    Object.fromEntries(REGIONS.map((region) => [region, region === HOT ? { scaling } : {}])),
  );
}
