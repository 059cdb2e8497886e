import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOG_STREAM } from '@spillway/contracts';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { compressedPolicy, INTERVAL_MS, MEAN_SESSION_SECONDS } from './compressed-policy.harness.js';
import { startControlLoop, type ControlLoop } from './control-loop.harness.js';
import { countFlaps, largestStep, percent, spillShares, trendOf } from './figures.harness.js';
import { CUT_OFF, killOne, OTHERS, startAgain } from './nats-faults.harness.js';
import { spillByLoss, spillLoss } from './rtt-loss.harness.js';
import { sum } from './simulated-fleet.harness.js';

/** Its clients lose 6 to 39 ms by going elsewhere: it matters who goes. */
const HOT = 'ap-south-1';
const REGIONS =
  `us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-west-1 eu-west-2 eu-north-1
  eu-south-1 me-south-1 af-south-1 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-northeast-1 ap-northeast-2
  ap-east-1`.split(/\s+/);
const NODES_PER_REGION = 15;
/**
 * Sessions a node takes. Where it matters who goes regions are large: chance moves the load of small ones, and so
 * their price, by more than their clients differ.
 */
const NODE_CAPACITY = { hot: 480, far: 60 };
/** The hot region and those its clients may go to. */
const SOUTH = new Set([HOT, 'me-south-1', 'ap-southeast-1', 'ap-southeast-3', 'ap-east-1']);
const CALM = 0.6;
const PEAK = 1.3;

/**
 * Seconds: calm until `up`, at the peak from `peak` to `down`, calm again from `calm` to the `end`. A NATS server is
 * killed on the way up, and another cut off on the way down. Sessions are so short here that the seconds in which a log
 * that lost its leader stands still at the peak would be those of a minute and more: `docs/limits.md` tells what they do.
 */
const AT = { up: 8, kill: 27, peak: 53, down: 105, cutOff: 128, calm: 145, end: 185 };
const LOST_MS = 15_000;
const WINDOW_MS = 5_000;

function demandOf(region: string, ms: number): number {
  const s = ms / 1000;
  if (region !== HOT || s < AT.up || s > AT.calm) return CALM;
  if (s > AT.down) return PEAK - ((PEAK - CALM) * (s - AT.down)) / (AT.calm - AT.down);
  return Math.min(PEAK, CALM + ((PEAK - CALM) * (s - AT.up)) / (AT.peak - AT.up));
}

describeWith(
  ['nats-server'],
  'a region whose demand goes from 60 % to 130 % of its capacity and back while NATS servers are lost',
  () => {
    let cluster: StartedNatsCluster;
    let loop: ControlLoop;
    beforeAll(async () => {
      cluster = await startNatsCluster(3);
      loop = await startControlLoop({
        natsUrl: cluster.urlsOf(OTHERS),
        // A quarter of the answers comes from one that is cut off.
        lastRouterUrl: cluster.urlsOf([CUT_OFF]),
        replicas: 3,
        policy: () => compressedPolicy(Object.fromEntries(REGIONS.map((region) => [region, {}]))),
        nodes: new Map(REGIONS.map((region) => [region, NODES_PER_REGION])),
        nodeCapacity: (region) => (SOUTH.has(region) ? NODE_CAPACITY.hot : NODE_CAPACITY.far),
        intervalMs: INTERVAL_MS,
        meanSessionMs: MEAN_SESSION_SECONDS * 1000,
        routers: 4,
        autoscalers: 2,
        seed: 2,
        demandOf,
      });
      loop.demand.start();
      await sleep(AT.kill * 1000);
      const killed = await killOne(cluster);
      await sleep(LOST_MS);
      await startAgain(cluster, killed);
      await sleep(AT.cutOff * 1000 - loop.demand.ms);
      const leader = await cluster.leaderOf(LOG_STREAM);
      await cluster.cutOff(CUT_OFF);
      await sleep(LOST_MS);
      await cluster.rejoin(CUT_OFF);
      process.stdout.write(`ramp: killed ${killed}, cut off ${CUT_OFF} while ${leader} led the log\n`);
      await sleep(AT.end * 1000 - loop.demand.ms);
      await loop.demand.stop();
    }, 420_000);
    afterAll(() => {
      const { arrivals } = loop.demand;
      const refused = arrivals.filter(({ failure }) => failure !== undefined).length;
      const { spilledMs, leastMs, anyMs, skill } = spillLoss(arrivals, HOT);
      const byLoss = spillByLoss(arrivals, HOT, 10);
      process.stdout.write(
        `ramp: ${arrivals.length} requests, ${refused} refused; highest of ${HOT} ${percent(highest(isHot), 1)}, ` +
          `of the others ${percent(highest(isOther), 1)}; spilled up to ${percent(Math.max(...shares()))} in 5 s, ` +
          `largest step ${percent(largestStep(shares()))}, at the end ${percent(shares().at(-1) ?? 1)}; the spilled lost ` +
          `${spilledMs.toFixed(1)} ms, the least possible ${leastMs.toFixed(1)}, by chance ${anyMs.toFixed(1)}: skill ` +
          `${skill.toFixed(2)}; spilled by tenths of loss ${byLoss.map((share) => percent(share)).join(', ')}, ` +
          `rank correlation ${trendOf(byLoss).toFixed(2)}; flaps ${flaps()}\n`,
      );
    });
    afterAll(async () => {
      await loop?.stop();
      await cluster?.stop();
    }, 60_000);

    const shares = () => spillShares(loop.demand.arrivals, HOT, WINDOW_MS);
    const isHot = (region: string) => region === HOT;
    const isOther = (region: string) => region !== HOT;
    const flaps = () =>
      sum(REGIONS.map((region) => countFlaps(spillShares(loop.demand.arrivals, region, 30_000))));
    const highest = (isMeant: (region: string) => boolean) =>
      Math.max(
        ...loop.samples.flatMap(({ utilization }) =>
          [...utilization].flatMap(([region, value]) => (isMeant(region) ? [value] : [])),
        ),
      );

    it('refuses nobody', () => {
      expect(loop.demand.arrivals.filter(({ failure }) => failure !== undefined)).toEqual([]);
      expect(loop.demand.arrivals.length).toBeGreaterThan(100_000);
    });

    it('fills no other region above 80.5 %', () => {
      expect(highest(isOther)).toBeLessThanOrEqual(0.805);
    });

    it('spills a share that follows demand smoothly, and none in the end', () => {
      const windows = shares();
      expect(Math.max(...windows)).toBeGreaterThan(0.3);
      // Load lags behind demand by the life of a session: once the region is full, a quarter of those who come by then
      // must go elsewhere.
      expect(largestStep(windows)).toBeLessThan(0.3);
      expect(windows.slice(-4)).toEqual([0, 0, 0, 0]);
    });

    it('spills those who lose the least', () => {
      const byLoss = spillByLoss(loop.demand.arrivals, HOT, 10);
      const { skill } = spillLoss(loop.demand.arrivals, HOT);
      // Those who lose most are spilled so seldom that chance orders their tenths: -0.7 to -1 were seen, 0 is chance.
      expect(trendOf(byLoss)).toBeLessThan(-0.6);
      expect(skill).toBeGreaterThan(0.5);
    });

    it('never flaps', () => {
      expect(flaps()).toBe(0);
    });
  },
);
