import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { holdsUntil, until } from '../until.js';
import { compressedPolicy, INTERVAL_MS, MEAN_SESSION_SECONDS } from './compressed-policy.harness.js';
import { readRegions, startControlLoop, type ControlLoop } from './control-loop.harness.js';
import { percent } from './figures.harness.js';
import { CUT_OFF, killOne, OTHERS, startAgain } from './nats-faults.harness.js';
import { sum } from './simulated-fleet.harness.js';

const LATE = 'ap-southeast-2';
const DROPPED = 'ap-south-1';
/** Has a price all the time, and is nobody's neighbour of those above. */
const HOT = 'us-east-1';
const REGIONS = [
  HOT,
  'us-west-2',
  'sa-east-1',
  'eu-central-1',
  DROPPED,
  'ap-southeast-1',
  'ap-northeast-1',
  LATE,
];
const NODES = 8;
/** The hot region is so large that chance in one second hardly moves its price, as in a real one. */
const NODE_CAPACITY = { hot: 1200, other: 400 };
/** `steady` is what spilling keeps the hot region at. */
const DEMAND = { hot: 0.95, other: 0.4, steady: 0.79 };
const LATE_MS = 15_000;
const DROPPED_MS = 60_000;
/** From then on, and for how long: nodes that fell silent less than 20 s before count as fallen silent with the bus. */
const CUT_OFF_MS = { from: 30_000, lasts: 15_000 };
/** Longer than a published price is valid; five minutes in the long run. */
const AWAY_MS = process.env['SOAK'] ? 300_000 : 65_000;
/** Looked at before and after that: what is made up for, and what is again as it was. */
const WINDOW_MS = 15_000;
const STEADY_LIMIT_MS = 90_000;
/** What is left of the clients of that time, in parts of those who come in one window. */
const MADE_UP_IN_A_WINDOW =
  (1 - Math.exp(-AWAY_MS / 1000 / MEAN_SESSION_SECONDS)) / (WINDOW_MS / 1000 / MEAN_SESSION_SECONDS);

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
      fleetUrl: cluster.urlsOf(OTHERS),
      lastRouterUrl: cluster.urlsOf([CUT_OFF]),
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
      demandOf: (region) => (region === HOT ? DEMAND.hot : DEMAND.other),
    });
    loop.demand.start();
    await until('all regions serve', 15_000, async () =>
      REGIONS.every((region) => servedIn(region, 0, Infinity) > 10),
    );
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

  it('of one region late by 15 s, of another dropped for 60 s: it is left out while it is silent, and not scaled', async () => {
    const [late, dropped] = [LATE, DROPPED].map((region) => loop.fleet.transportOf(region));
    if (!late || !dropped) throw new Error('no transport');
    const from = loop.demand.ms;
    late.delayMs = LATE_MS;
    dropped.isCut = true;
    const killed = await killOne(cluster);
    const [lateOut, droppedOut] = await Promise.all([
      untilUsable(LATE, 0, LATE_MS),
      untilUsable(DROPPED, 0, LATE_MS),
    ]);
    await sleep(from + LATE_MS - UNDER_WAY_MS - loop.demand.ms);
    const lateHeard = loop.demand.ms;
    await untilUsable(LATE, NODES, 15_000);
    late.delayMs = 0;
    await startAgain(cluster, killed);
    await sleep(from + CUT_OFF_MS.from - loop.demand.ms);
    await cluster.cutOff(CUT_OFF);
    await sleep(CUT_OFF_MS.lasts);
    await cluster.rejoin(CUT_OFF);
    await sleep(from + DROPPED_MS - loop.demand.ms);
    const droppedHeard = loop.demand.ms;
    dropped.isCut = false;
    await untilUsable(DROPPED, NODES, 15_000);
    await until('it serves again', 15_000, async () => servedIn(DROPPED, droppedHeard, Infinity) > 0);
    expect(servedIn(LATE, lateOut + UNDER_WAY_MS, lateHeard)).toBe(0);
    expect(servedIn(LATE, lateHeard, Infinity)).toBeGreaterThan(0);
    expect(servedIn(DROPPED, droppedOut + UNDER_WAY_MS, droppedHeard)).toBe(0);
    expect(refusals()).toEqual([]);
    expect([...ordersFor(LATE), ...ordersFor(DROPPED)]).toEqual([]);
    const [lateSeconds, droppedSeconds] = [lateOut, droppedOut].map((ms) => ((ms - from) / 1000).toFixed(1));
    process.stdout.write(
      `heartbeats late, dropped: left out ${lateSeconds} s, ${droppedSeconds} s after the last of them\n`,
    );
  }, 180_000);

  it('the whole bus away: views are kept, answers go on, nothing is scaled, and nothing jumps after it', async () => {
    await until(`${HOT} is steady again`, STEADY_LIMIT_MS, async () => isSteady());
    const orders = loop.cloud.orders.length;
    const plans = loop.witness.of('scale').length;
    const [view] = await Promise.all(loop.routers.map(readRegions));
    const from = loop.demand.ms;
    await Promise.all([...cluster.servers.values()].map((server) => server.kill()));
    await holdsUntil(
      'the bus is back',
      AWAY_MS + 30_000,
      () => loop.demand.ms > from + AWAY_MS,
      async () => {
        for (const region of REGIONS) {
          const usable = view?.regions.find((each) => each.region === region)?.usableNodes;
          expect([region, await usableNodes(region)]).toEqual([region, loop.routers.map(() => usable)]);
        }
      },
    );
    await Promise.all([...cluster.servers.values()].map((server) => server.restart()));
    const back = loop.demand.ms;
    await sleep(2 * WINDOW_MS);
    expect(refusals()).toEqual([]);
    const steps = REGIONS.flatMap((region) => loop.witness.stepsIn(region, plans));
    expect({ orders: loop.cloud.orders.slice(orders), steps }).toEqual({ orders: [], steps: [] });
    const before = spillBetween(from - WINDOW_MS, from);
    const meanwhile = spillBetween(from, back);
    const after = spillBetween(back, back + WINDOW_MS);
    const later = spillBetween(back + WINDOW_MS, back + 2 * WINDOW_MS);
    const prices = [priceBetween(from - WINDOW_MS, from), priceBetween(back, back + 2 * WINDOW_MS)];
    process.stdout.write(
      `bus away for ${AWAY_MS / 1000} s: spilled before, meanwhile, just after, later ` +
        `${[before, meanwhile, after, later].map((share) => percent(share)).join(', ')}; ` +
        `price ${prices.map((price) => price.toFixed(1)).join(' ms, then ')} ms\n`,
    );
    // A frozen price spills a little more or less than was needed: what that did is made up for, and no more.
    const missed = Math.abs(meanwhile - before);
    expect(missed).toBeLessThan(0.2);
    expect(Math.abs(after - before)).toBeLessThan(0.2 + missed * MADE_UP_IN_A_WINDOW);
    expect(Math.abs(later - before)).toBeLessThan(0.2);
  }, 600_000);

  function spillBetween(fromMs: number, toMs: number): number {
    const own = loop.demand.arrivals.filter(
      ({ atMs, client }) => client.home === HOT && atMs >= fromMs && atMs < toMs,
    );
    return own.filter(({ served }) => served !== HOT).length / own.length;
  }

  /** A price is kept while the bus is away: it should not be one that a fault just before has left behind. */
  function isSteady(): boolean {
    const now = loop.demand.ms;
    const sample = loop.samples.at(-1);
    const load = sample?.utilization.get(HOT) ?? 0;
    const price = (sample?.priceMs.get(HOT) ?? 0) / priceBetween(now - WINDOW_MS, now);
    const share = spillBetween(now - WINDOW_MS, now) - (1 - DEMAND.steady / DEMAND.hot);
    return Math.abs(load - DEMAND.steady) < 0.02 && Math.abs(price - 1) < 0.5 && Math.abs(share) < 0.1;
  }

  function priceBetween(fromMs: number, toMs: number): number {
    const prices = loop.samples.flatMap(({ atMs, priceMs }) =>
      atMs >= fromMs && atMs < toMs ? [priceMs.get(HOT) ?? 0] : [],
    );
    return sum(prices) / prices.length;
  }
});
