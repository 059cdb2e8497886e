import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Heartbeat, PolicyDocument } from '@spillway/contracts';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { compressedPolicy, INTERVAL_MS, MEAN_SESSION_SECONDS } from './compressed-policy.harness.js';
import { startControlLoop, type ControlLoop } from './control-loop.harness.js';
import { percent } from './figures.harness.js';
import type { SimulatedNode } from './simulated-node.harness.js';

const NODES = 10;
const NODE_CAPACITY = 300;
const DEMAND = 0.65;
const HONEST_MS = 15_000;
const LYING_MS = 90_000;
/** A liar whose claim an operator can cut down, who knows what his machines hold. */
const BRAGGART = 'ap-northeast-1';
const CUT_DOWN_MS = 30_000;

interface Lie {
  readonly what: string;
  /** What is said instead of the truth. */
  readonly tell: (truth: Heartbeat) => Heartbeat;
  /** Seconds a region must be too large before it shrinks; the default keeps it as it is for the while. */
  readonly patience?: number;
  /** What must not be exceeded. */
  readonly bounds: Harm;
}

/** What the first node of a region does to it by lying. */
interface Harm {
  /** Of the arrivals that the region serves, those on the liar. */
  readonly share: number;
  /** The most the liar, and any honest node of the region, carried; its capacity is 1. */
  readonly liar: number;
  readonly others: number;
  /** Of the region's own clients, those served elsewhere. */
  readonly spilled: number;
  /** Nodes the autoscaler ordered, and drained, for it. */
  readonly added: number;
  readonly drained: number;
}

const LIES: Readonly<Record<string, Lie>> = {
  'eu-central-1': {
    what: 'no load',
    tell: (truth) => ({ ...truth, load: { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 } }),
    bounds: { share: 0.25, liar: 1.6, others: 0.8, spilled: 0, added: 0, drained: 0 },
  },
  'us-east-1': {
    what: 'a load of 100 times its capacity',
    tell: (truth) => {
      const bps = 100 * (truth.capacity.bandwidthBps ?? 0);
      return { ...truth, load: { ...truth.load, egressBps: bps, ingressBps: bps } };
    },
    bounds: { share: 0.01, liar: 0.8, others: 0.85, spilled: 0.1, added: 2, drained: 0 },
  },
  [BRAGGART]: {
    what: 'a capacity 100 times as large',
    tell: (truth) => {
      const { bandwidthBps, allocations } = truth.capacity;
      const capacity = { bandwidthBps: 100 * (bandwidthBps ?? 0), allocations: 100 * (allocations ?? 0) };
      return { ...truth, capacity };
    },
    patience: 30,
    bounds: { share: 0.3, liar: 1.8, others: 0.85, spilled: 0, added: 0, drained: 4 },
  },
  'sa-east-1': {
    what: 'serving, draining, serving … each second',
    tell: (truth) => ({ ...truth, state: truth.seq % 2 === 0 ? 'serving' : 'draining' }),
    bounds: { share: 0.15, liar: 0.8, others: 0.85, spilled: 0, added: 1, drained: 0 },
  },
};
const HONEST = 'ap-south-1';
const REGIONS = [...Object.keys(LIES), HONEST];

describeWith(['nats-server'], 'one node of ten that lies', () => {
  let cluster: StartedNatsCluster;
  let loop: ControlLoop;
  /** The most each node carried while one of its region lied, its capacity being 1. */
  const highest = new Map<SimulatedNode, number>();
  let gullible: PolicyDocument;
  let harm = new Map<string, Harm>();
  let cutDown: Harm;
  beforeAll(async () => {
    cluster = await startNatsCluster(3);
    loop = await startControlLoop({
      natsUrl: cluster.urls,
      fleetUrl: cluster.urlsOf(['nats-1', 'nats-2']),
      replicas: 3,
      policy: (url) => (gullible = policyWith(url)),
      nodes: new Map(REGIONS.map((region) => [region, NODES])),
      nodeCapacity: () => NODE_CAPACITY,
      intervalMs: INTERVAL_MS,
      meanSessionMs: MEAN_SESSION_SECONDS * 1000,
      routers: 4,
      autoscalers: 2,
      seed: 5,
      demandOf: () => DEMAND,
    });
    loop.demand.start();
    await sleep(HONEST_MS);
    for (const [region, { tell }] of Object.entries(LIES)) liarOf(region).distort = tell;
    const liesFrom = loop.demand.ms;
    const watching = setInterval(() => {
      for (const node of loop.fleet.nodes.values()) {
        highest.set(node, Math.max(highest.get(node) ?? 0, node.sessions / node.capacity));
      }
    }, 500);
    await sleep(LYING_MS / 3);
    await cluster.servers.get('nats-3')?.kill();
    await sleep(LYING_MS / 3);
    await cluster.servers.get('nats-3')?.restart();
    await cluster.rejoin('nats-3');
    await cluster.cutOff('nats-3');
    await sleep(LYING_MS / 3);
    clearInterval(watching);
    harm = new Map(REGIONS.map((region) => [region, harmIn(region, liesFrom)]));
    await cluster.rejoin('nats-3');
    const { bandwidthBps, allocations } = liarOf(HONEST).heartbeat(INTERVAL_MS).capacity;
    await loop.programs.applyPolicy(cluster.urls, {
      ...gullible,
      maxNodeCapacity: { bandwidthBps: bandwidthBps ?? 0, allocations: allocations ?? 0 },
    });
    const cutDownFrom = loop.demand.ms;
    await sleep(CUT_DOWN_MS);
    cutDown = harmIn(BRAGGART, cutDownFrom);
  }, 400_000);
  afterAll(async () => {
    await loop?.stop();
    await cluster?.stop();
  }, 60_000);

  function liarOf(region: string): SimulatedNode {
    const node = loop.fleet.nodes.get(`${region}-n1`);
    if (!node) throw new Error(`the liar of ${region} is gone`);
    return node;
  }

  function harmIn(region: string, fromMs: number): Harm {
    const name = `${region}-n1`;
    const since = loop.demand.arrivals.filter(({ atMs }) => atMs > fromMs);
    const served = since.filter((arrival) => arrival.served === region);
    const own = since.filter(({ client }) => client.home === region);
    const nodes = [...highest].filter(([node]) => node.region === region);
    const orders = loop.cloud.orders.filter((order) => order.region === region && order.action === 'grow');
    const drains = loop.witness
      .of('command')
      .filter(({ event }) => event.region === region && event.command.command === 'drain');
    return {
      share: served.filter(({ node }) => node === name).length / served.length,
      liar: Math.max(0, ...nodes.flatMap(([node, load]) => (node.id === name ? [load] : []))),
      others: Math.max(0, ...nodes.flatMap(([node, load]) => (node.id === name ? [] : [load]))),
      spilled: own.filter((arrival) => arrival.served !== region).length / own.length,
      added: Math.max(NODES, ...orders.map(({ desired }) => desired)) - NODES,
      drained: drains.length,
    };
  }

  it('makes nobody be refused', () => {
    expect(loop.demand.arrivals.filter(({ failure }) => failure !== undefined)).toEqual([]);
  });

  it('does no harm to other regions', () => {
    const { spilled, added, drained, others } = harm.get(HONEST) ?? NO_HARM_KNOWN;
    expect({ spilled, added, drained }).toEqual({ spilled: 0, added: 0, drained: 0 });
    expect(others).toBeLessThan(0.85);
  });

  it.each(Object.entries(LIES))('in %s does bounded harm', (region, { what, bounds }) => {
    const done = harm.get(region) ?? NO_HARM_KNOWN;
    report(what, done);
    const excess = Object.entries(bounds).filter(([name, bound]) => !(done[name as keyof Harm] <= bound));
    expect({ what, excess, done }).toMatchObject({ excess: [] });
  });

  it('gains nothing by a claim above what the policy lets a node have', () => {
    report('the same, cut down by maxNodeCapacity', cutDown);
    expect(cutDown.share).toBeLessThan(0.2);
  });
});

const NO_HARM_KNOWN: Harm = { share: NaN, liar: NaN, others: NaN, spilled: NaN, added: NaN, drained: NaN };

function report(what: string, { share, liar, others, spilled, added, drained }: Harm): void {
  process.stdout.write(
    `liar, ${what}: takes ${percent(share, 1)} of its region's arrivals instead of ${percent(1 / NODES)}; carried up to ` +
      `${percent(liar)} of its capacity, the others up to ${percent(others)}; spilled ${percent(spilled, 1)}; nodes ` +
      `added ${added}, drained ${drained}\n`,
  );
}

function policyWith(cloudUrl: string): PolicyDocument {
  const regions = REGIONS.map((region) => {
    const scaling = {
      provider: { kind: 'webhook', url: cloudUrl },
      min: 2,
      max: 20,
      stabilizationUpSeconds: 5,
      stabilizationDownSeconds: LIES[region]?.patience ?? 600,
      coolDownSeconds: 10,
      drainDeadlineSeconds: 20,
    };
    return [region, { scaling }] as const;
  });
  return compressedPolicy(Object.fromEntries(regions));
}
