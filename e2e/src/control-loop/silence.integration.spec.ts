import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { holdsUntil, until } from '../until.js';
import { compressedPolicy, INTERVAL_MS, MEAN_SESSION_SECONDS } from './compressed-policy.harness.js';
import { readRegions, startControlLoop, type ControlLoop } from './control-loop.harness.js';
import { percent } from './figures.harness.js';
import { sum } from './simulated-fleet.harness.js';

const SILENT = 'eu-central-1';
/** Has a price all the time. */
const HOT = 'us-east-1';
const REGIONS = [SILENT, HOT, 'us-west-2', 'ap-south-1', 'ap-northeast-1', 'sa-east-1'];
const NODES = 8;
/** The hot region is so large that chance in one second hardly moves its price, as in a real one. */
const NODE_CAPACITY = { hot: 1200, other: 600 };
const LATE_MS = 15_000;
const DROPPED_MS = 60_000;
const CUT_OFF_MS = 15_000;
/** Five minutes in the long run. */
const AWAY_MS = process.env['SOAK'] ? 300_000 : 75_000;

describeWith(['nats-server'], 'heartbeats that do not come', () => {
  let cluster: StartedNatsCluster;
  let loop: ControlLoop;
  beforeAll(async () => {
    cluster = await startNatsCluster(3);
    // The hot region would grow, and rightly.
    const scalingOf = (region: string, url: string) => {
      return { provider: { kind: 'webhook', url }, min: 1, max: region === HOT ? NODES : 20 };
    };
    loop = await startControlLoop({
      natsUrl: cluster.urls,
      // The second is cut off later, with the routers and autoscalers that are connected to it.
      fleetUrl: cluster.urlsOf(['nats-1', 'nats-3']),
      replicas: 3,
      policy: (url) =>
        compressedPolicy(
          Object.fromEntries(REGIONS.map((region) => [region, { scaling: scalingOf(region, url) }])),
        ),
      nodes: new Map(REGIONS.map((region) => [region, NODES])),
      nodeCapacity: (region) => (region === HOT ? NODE_CAPACITY.hot : NODE_CAPACITY.other),
      intervalMs: INTERVAL_MS,
      meanSessionMs: MEAN_SESSION_SECONDS * 1000,
      routers: 4,
      autoscalers: 2,
      seed: 4,
      demandOf: (region) => (region === HOT ? 0.95 : 0.5),
    });
    loop.demand.start();
    await sleep(15_000);
  }, 180_000);
  afterAll(async () => {
    await loop?.stop();
    await cluster?.stop();
  }, 60_000);

  const servedIn = (region: string, fromMs: number, toMs: number) =>
    loop.demand.arrivals.filter(({ atMs, served }) => served === region && atMs >= fromMs && atMs < toMs)
      .length;
  const refusals = () => loop.demand.arrivals.filter(({ failure }) => failure !== undefined);
  const ordersFor = (region: string) => loop.cloud.orders.filter((order) => order.region === region);
  const usableNodes = async (region: string) => {
    const reports = await Promise.all(loop.routers.map(readRegions));
    return reports.map(({ regions }) => regions.find((each) => each.region === region)?.usableNodes ?? 0);
  };
  /** Resolves with when that was so on all routers. */
  const untilUsable = async (region: string, count: number, limitMs: number) => {
    await until(`${region} has ${count} usable nodes`, limitMs, async () =>
      (await usableNodes(region)).every((usable) => usable === count),
    );
    return loop.demand.ms;
  };
  /** An answer that was under way when a router changed its mind. */
  const UNDER_WAY_MS = 300;

  it('late by 15 s: the region is left out while it is silent, and not scaled', async () => {
    const transport = loop.fleet.transportOf(SILENT);
    const servers = [...cluster.servers.values()];
    const lateFrom = loop.demand.ms;
    transport.delayMs = LATE_MS;
    await servers[0]?.kill();
    const outFrom = await untilUsable(SILENT, 0, LATE_MS);
    await sleep(lateFrom + LATE_MS - UNDER_WAY_MS - loop.demand.ms);
    const heardFrom = loop.demand.ms;
    await untilUsable(SILENT, NODES, 15_000);
    await servers[0]?.restart();
    transport.delayMs = 0;
    expect(servedIn(SILENT, outFrom + UNDER_WAY_MS, heardFrom)).toBe(0);
    expect(servedIn(SILENT, 0, lateFrom)).toBeGreaterThan(0);
    await until('it serves again', 15_000, async () => servedIn(SILENT, heardFrom, Infinity) > 0);
    expect(refusals()).toEqual([]);
    expect(ordersFor(SILENT)).toEqual([]);
    process.stdout.write(
      `late heartbeats: left out ${((outFrom - lateFrom) / 1000).toFixed(1)} s after the last of them\n`,
    );
  }, 120_000);

  it('dropped for 60 s: the region is left out while it is silent, and not scaled', async () => {
    await sleep(LATE_MS);
    const transport = loop.fleet.transportOf(SILENT);
    const from = loop.demand.ms;
    transport.isCut = true;
    const outFrom = await untilUsable(SILENT, 0, 15_000);
    await sleep(from + DROPPED_MS / 2 - loop.demand.ms);
    await cluster.cutOff('nats-2');
    await sleep(CUT_OFF_MS);
    await cluster.rejoin('nats-2');
    await sleep(from + DROPPED_MS - loop.demand.ms);
    const heardFrom = loop.demand.ms;
    transport.isCut = false;
    await untilUsable(SILENT, NODES, 15_000);
    expect(servedIn(SILENT, outFrom + UNDER_WAY_MS, heardFrom)).toBe(0);
    await until('it serves again', 15_000, async () => servedIn(SILENT, heardFrom, Infinity) > 0);
    expect(refusals()).toEqual([]);
    expect(ordersFor(SILENT)).toEqual([]);
    process.stdout.write(
      `dropped heartbeats: left out ${((outFrom - from) / 1000).toFixed(1)} s after the last of them\n`,
    );
  }, 180_000);

  it('the whole bus away: views are kept, answers go on, nothing is scaled, and nothing jumps after it', async () => {
    await sleep(40_000);
    const orders = loop.cloud.orders.length;
    const [before] = await Promise.all(loop.routers.map(readRegions));
    const from = loop.demand.ms;
    await Promise.all([...cluster.servers.values()].map((server) => server.kill()));
    await holdsUntil(
      'the bus is back',
      AWAY_MS + 30_000,
      () => loop.demand.ms > from + AWAY_MS,
      async () => {
        for (const region of REGIONS) {
          const usable = before?.regions.find((each) => each.region === region)?.usableNodes;
          expect([region, await usableNodes(region)]).toEqual([region, loop.routers.map(() => usable)]);
        }
      },
    );
    await Promise.all([...cluster.servers.values()].map((server) => server.restart()));
    const back = loop.demand.ms;
    await sleep(40_000);
    expect(refusals()).toEqual([]);
    expect(loop.cloud.orders.length).toBe(orders);
    const shares = [
      spillBetween(from - 15_000, from),
      spillBetween(from, back),
      spillBetween(back, back + 15_000),
      spillBetween(back + 15_000, back + 40_000),
    ];
    const prices = [priceBetween(from - 15_000, from), priceBetween(back, back + 40_000)];
    process.stdout.write(
      `bus away for ${AWAY_MS / 1000} s: spilled before, meanwhile, just after, later ${shares.map((share) => percent(share)).join(', ')}; ` +
        `price ${prices.map((price) => price.toFixed(1)).join(' ms, then ')} ms\n`,
    );
    // A frozen price spills a little more or less than was needed: what that did is made up for, and no more.
    for (const share of shares.slice(1)) expect(Math.abs(share - (shares[0] ?? 0))).toBeLessThan(0.2);
  }, 600_000);

  function spillBetween(fromMs: number, toMs: number): number {
    const own = loop.demand.arrivals.filter(
      ({ atMs, client }) => client.home === HOT && atMs >= fromMs && atMs < toMs,
    );
    return own.filter(({ served }) => served !== HOT).length / own.length;
  }

  function priceBetween(fromMs: number, toMs: number): number {
    const prices = loop.samples.flatMap(({ atMs, priceMs }) =>
      atMs >= fromMs && atMs < toMs ? [priceMs.get(HOT) ?? 0] : [],
    );
    return sum(prices) / prices.length;
  }
});
