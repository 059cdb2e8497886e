import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PolicyDocument } from '@spillway/contracts';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { compressedPolicy, INTERVAL_MS } from './compressed-policy.harness.js';
import { startControlLoop, type ControlLoop } from './control-loop.harness.js';
import { percent } from './figures.harness.js';
import { BRAGGART, LIES, type Harm } from './lies.harness.js';
import { CUT_OFF, loseServers, OTHERS } from './nats-faults.harness.js';
import type { SimulatedNode } from './simulated-node.harness.js';

const NODES = 10;
const NODE_CAPACITY = 300;
const DEMAND = 0.6;
/** So short that what a lie does is done within the while. */
const SESSION_SECONDS = 30;
const HONEST_MS = 10_000;
const LYING_MS = 60_000;
/** While they lie, NATS servers are lost from then on, for as long each. */
const LOSSES_MS = { from: 10_000, each: 15_000 };
const CUT_DOWN_MS = 20_000;

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
      fleetUrl: cluster.urlsOf(OTHERS),
      lastRouterUrl: cluster.urlsOf([CUT_OFF]),
      replicas: 3,
      policy: (url) => (gullible = policyWith(url)),
      nodes: new Map(REGIONS.map((region) => [region, NODES])),
      nodeCapacity: () => NODE_CAPACITY,
      intervalMs: INTERVAL_MS,
      meanSessionMs: SESSION_SECONDS * 1000,
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
    await sleep(LOSSES_MS.from);
    await loseServers(cluster, LOSSES_MS.each);
    await sleep(liesFrom + LYING_MS - loop.demand.ms);
    clearInterval(watching);
    harm = new Map(REGIONS.map((region) => [region, harmIn(region, liesFrom)]));
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
    const steps = loop.witness.stepsIn(HONEST);
    expect({ spilled, added, drained, steps }).toEqual({ spilled: 0, added: 0, drained: 0, steps: [] });
    expect(others).toBeLessThan(0.85);
  });

  it.each(Object.entries(LIES))('in %s does bounded harm', (region, { what, bounds }) => {
    const done = harm.get(region) ?? NO_HARM_KNOWN;
    report(what, done);
    const excess = Object.entries(bounds).filter(([name, bound]) => !(done[name as keyof Harm] <= bound));
    const why = excess.length > 0 ? { done, steps: loop.witness.stepsIn(region) } : {};
    expect({ excess, ...why }).toEqual({ excess: [] });
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
  return compressedPolicy(Object.fromEntries(regions), SESSION_SECONDS);
}
