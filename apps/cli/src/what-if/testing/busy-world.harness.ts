import type { Asked, Heartbeat, LogEntry, LogEvent, PolicyDocument } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { ControlLoop } from '@spillway/scaling';
import { aHeartbeat, aPolicy, seededRandom } from '@spillway/testkit';
import FlatQueue from 'flatqueue';
import { RecordingRouter } from './recording-routers.harness.js';

export const T0 = Date.parse('2026-11-22T10:00:00Z');
export const [HOT, NEAR, FAR] = ['eu-central-1', 'eu-west-1', 'us-east-1'] as const;

const TICK_MS = 50;
const NODE_KBPS = 100_000;
const CALL_KBPS = 600;
const MEAN_SESSION_MS = 120_000;
const START_MS = 2_000;
/** Of the credentials, those that are used. */
const USED = 0.6;

interface Crowd {
  /** Calls at a time, as a share of what a node carries. */
  readonly nodes: number;
  readonly places: readonly Asked[];
}

/** Central Europe wants more than it has; there is room at its doors, and beyond the sea. */
const CROWDS: readonly Crowd[] = [
  {
    nodes: 4.2,
    places: [50, 48, 52, 46, 54].flatMap((lat) =>
      [4, 7, 10, 13].map((lon) => ({ lat, lon, continent: 'EU' as const, country: 'DE' })),
    ),
  },
  { nodes: 1.4, places: [53, 51].map((lat) => ({ lat, lon: -6, continent: 'EU' as const })) },
  { nodes: 1.6, places: [41, 35].map((lat) => ({ lat, lon: -78, continent: 'NA' as const })) },
];
const NODES = { [HOT]: 4, [NEAR]: 4, [FAR]: 4 };

export interface WorldOptions {
  readonly policy?: PolicyDocument;
  readonly seed?: number;
  readonly seconds?: number;
  readonly routers?: number;
  readonly moreNodes?: Readonly<Record<string, number>>;
}

/** Its reservations and sessions are short, so that little time is enough to see the whole of it. */
export const aBusyPolicy = (overrides: Record<string, unknown> = {}): PolicyDocument =>
  aPolicy({
    strategy: 'priced',
    defaultRegion: HOT,
    regions: { [HOT]: {}, [NEAR]: {}, [FAR]: {} },
    reservation: {
      rampSeconds: 5,
      sessionSeconds: MEAN_SESSION_MS / 1000,
      bandwidthBps: 400_000,
      allocations: 1,
    },
    ...overrides,
  });

/**
 * Clients with calls, routers that record, and the control loop, in virtual time. Who calls, when and for how long is the
 * same for every policy: what a policy really does can be held against what is said that it would have done.
 */
export class BusyWorld {
  readonly entries: LogEntry[] = [];
  private readonly routers: RecordingRouter[];
  private readonly fleet = new Fleet();
  private readonly loop = new ControlLoop(this.fleet);
  private readonly nodes: Heartbeat[];
  private readonly kbps: number[];
  private readonly random: () => number;
  private readonly starts = new FlatQueue();
  private readonly ends = new FlatQueue();
  private readonly calls: { node: number; lengthMs: number }[] = [];
  private now = T0;

  constructor(private readonly options: WorldOptions = {}) {
    const { policy = aBusyPolicy(), seed = 1, routers = 3, moreNodes = {} } = options;
    this.random = seededRandom(seed);
    this.routers = Array.from({ length: routers }, (_, i) => new RecordingRouter(`r${i}`));
    const ids = Object.entries(NODES).flatMap(([region, count]) =>
      Array.from({ length: count + (moreNodes[region] ?? 0) }, (_, i) => [region, `${region}-${i}`] as const),
    );
    this.nodes = ids.map(([region, nodeId]) => aNode(region, nodeId));
    this.kbps = ids.map(() => 0);
    this.write({ kind: 'policy', policy });
    for (const i of this.nodes.keys()) this.beat(i);
  }

  run(): LogEntry[] {
    const ticks = ((this.options.seconds ?? 900) * 1000) / TICK_MS;
    for (let tick = 1; tick <= ticks; tick++) this.tick(tick);
    return this.entries;
  }

  private tick(tick: number): void {
    this.now += TICK_MS;
    this.passCalls();
    for (const crowd of CROWDS) this.arrive(crowd);
    const every = 2_000 / TICK_MS;
    for (let i = tick % every; i < this.nodes.length; i += every) this.beat(i);
    if (tick % 5 === 0) {
      for (const router of this.routers) this.write({ kind: 'issued', issued: router.tell(this.now) });
    }
    if (tick % 20 === 0) this.control();
  }

  private arrive({ nodes, places }: Crowd): void {
    const perTick = (nodes * NODE_KBPS * TICK_MS) / (CALL_KBPS * USED * MEAN_SESSION_MS);
    // The same numbers are drawn for every client, whatever becomes of it.
    const { random } = this;
    const [comes, where, who, isUsed] = [random(), random(), random(), random()];
    const lengthMs = drawLengthMs(random(), random());
    if (comes >= perTick) return;
    const router = this.routers[Math.floor(who * this.routers.length)];
    const asked = places[Math.floor(where * places.length)] ?? {};
    const placed = router?.decide(this.now, asked);
    const node = this.nodes.findIndex(({ nodeId }) => nodeId === placed?.nodes[0]?.id);
    if (node < 0 || isUsed >= USED) return;
    this.starts.push(this.calls.push({ node, lengthMs }) - 1, this.now + START_MS);
  }

  private passCalls(): void {
    while ((this.starts.peekValue() ?? Infinity) <= this.now) {
      const call = this.starts.pop() ?? 0;
      this.carry(call, CALL_KBPS);
      this.ends.push(call, this.now + (this.calls[call]?.lengthMs ?? 0));
    }
    while ((this.ends.peekValue() ?? Infinity) <= this.now) this.carry(this.ends.pop() ?? 0, -CALL_KBPS);
  }

  private carry(call: number, kbps: number): void {
    const node = this.calls[call]?.node ?? 0;
    this.kbps[node] = (this.kbps[node] ?? 0) + kbps;
  }

  private beat(i: number): void {
    const node = this.nodes[i];
    if (!node) return;
    const kbps = this.kbps[i] ?? 0;
    const bps = kbps * 1000;
    const load = {
      cpu: (0.5 * kbps) / NODE_KBPS,
      egressBps: bps,
      ingressBps: bps,
      allocations: kbps / CALL_KBPS,
    };
    this.nodes[i] = { ...node, seq: node.seq + 1, load };
    this.write({ kind: 'heartbeat', heartbeat: this.nodes[i] });
  }

  private control(): void {
    this.fleet.advance(this.now);
    const inventories = new Map<string, undefined>();
    for (const { region, spillover } of this.loop.step(this.now, {
      generation: 1,
      inventories,
      isLinkUp: true,
    })) {
      const at = new Date(this.now).toISOString();
      if (spillover) this.write({ kind: 'spillover', region, spillover: { ...spillover, at } });
    }
  }

  private write(event: LogEvent): void {
    const entry: LogEntry = { position: this.entries.length + 1, at: this.now, event };
    this.entries.push(entry);
    this.fleet.apply(entry, this.now);
    this.loop.observe(entry);
    for (const router of this.routers) router.read(entry);
  }
}

/** Calls have long tails: log-normal, with this σ. Of two numbers from 0 to 1 (Box and Muller). */
const SIGMA = 1.4;
const MAX_LENGTH_MS = 3_600_000;

function drawLengthMs(a: number, b: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);
  return Math.min(MAX_LENGTH_MS, MEAN_SESSION_MS * Math.exp(SIGMA * normal - SIGMA ** 2 / 2));
}

function aNode(region: string, nodeId: string): Heartbeat {
  return aHeartbeat({
    region,
    nodeId,
    instanceId: nodeId,
    seq: 0,
    intervalMs: 2_000,
    capacity: { bandwidthBps: NODE_KBPS * 1000, allocations: 1_000 },
    load: { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 },
  });
}
