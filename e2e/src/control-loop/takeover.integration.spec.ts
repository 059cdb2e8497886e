import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE_BUCKET, type Scale } from '@spillway/contracts';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { until } from '../until.js';
import type { Fate } from './cloud.harness.js';
import { compressedPolicy, INTERVAL_MS } from './compressed-policy.harness.js';
import { startControlLoop, type ControlLoop } from './control-loop.harness.js';
import { untilLed, type Leader } from './leader.harness.js';
import type { Program } from './programs.harness.js';

const NODES = 4;
const NODE_CAPACITY = 100;
/** One node more is needed for this, at a target of 72 %. */
const SHORT = 0.78;
/** One for each fault. */
const REGIONS = ['ap-south-1', 'eu-west-1', 'us-east-1', 'us-west-2', 'ap-east-1', 'sa-east-1'];

/** Grows at once and then no more: what is added twice shows. */
const scaling = (url: string) => ({
  provider: { kind: 'webhook', url },
  min: 1,
  max: 20,
  stepUp: 1,
  stabilizationUpSeconds: 2,
  coolDownSeconds: 600,
  stabilizationDownSeconds: 3600,
});

describeWith(['nats-server'], 'an autoscaler that is lost while a region grows', () => {
  let cluster: StartedNatsCluster;
  let loop: ControlLoop;
  let standing: Program[] = [];
  let started = 0;
  beforeAll(async () => {
    cluster = await startNatsCluster(3);
    loop = await startControlLoop({
      // The third is cut off later.
      natsUrl: cluster.urlsOf(['nats-1', 'nats-2']),
      replicas: 3,
      policy: (url) =>
        compressedPolicy(Object.fromEntries(REGIONS.map((region) => [region, { scaling: scaling(url) }]))),
      nodes: new Map(REGIONS.map((region) => [region, NODES])),
      nodeCapacity: () => NODE_CAPACITY,
      intervalMs: INTERVAL_MS,
      meanSessionMs: 1,
      routers: 0,
      autoscalers: 0,
      seed: 3,
    });
    for (const node of loop.fleet.nodes.values()) node.sessions = 0.5 * NODE_CAPACITY;
    standing = [await startAutoscaler(), await startAutoscaler()];
  }, 120_000);
  afterAll(async () => {
    await loop?.stop();
    await cluster?.stop();
  }, 60_000);

  const startAutoscaler = (natsUrl = cluster.urls) =>
    loop.programs.startAutoscaler(natsUrl, `autoscaler-${++started}`);
  const crowd = (region: string) => {
    for (const node of loop.fleet.nodesIn(region)) node.sessions = SHORT * NODE_CAPACITY;
  };
  const scalesOf = (region: string) =>
    loop.witness.of('scale').flatMap(({ event }) => (event.region === region ? [event.scale] : []));

  /** Lets a region run short of a node, and strikes at a moment of what the leader does about it. */
  async function strikeAt(
    moment: Moment,
    region: string,
    strike: (leader: Leader) => unknown,
  ): Promise<Struck> {
    const leader = await untilLed(loop.bus, standing, 30_000);
    const struckAt = new Promise<number>((resolve) => {
      moment(loop, region, async () => {
        resolve(performance.now());
        await strike(leader);
      });
    });
    crowd(region);
    return { leader, atMs: await struckAt };
  }

  /** Waits until another has taken over and done what was begun. @returns the seconds both took. */
  async function untilTakenOver(region: string, { leader, atMs }: Struck, limitMs: number): Promise<string> {
    standing = standing.filter((program) => program !== leader.program);
    const next = await untilLed(loop.bus, standing, limitMs, leader.generation);
    const ledMs = performance.now() - atMs;
    await until('the plan is done', 30_000, async () =>
      scalesOf(region).some(
        ({ outcome, generation }) => outcome === 'done' && generation === next.generation,
      ),
    );
    const doneMs = performance.now() - atMs;
    await until('the node serves', 30_000, async () => loop.fleet.nodesIn(region).length === NODES + 1);
    return `led after ${seconds(ledMs)}, plan done after ${seconds(doneMs)}`;
  }

  /** What became of a region in the end: its instances, and every different order that was carried out. */
  async function outcomeOf(region: string): Promise<{ instances: number; orders: string[] }> {
    // Time enough for a second instance to be ordered, were it to be.
    await sleep(5_000);
    const carriedOut = loop.cloud.orders.filter((order) => order.region === region && order.fate !== 'stale');
    const orders = carriedOut.map(
      ({ revision, action, desired }) => `revision ${revision}: ${action} to ${desired}`,
    );
    return { instances: loop.cloud.count(region), orders: [...new Set(orders)] };
  }
  const oneMore = { instances: NODES + 1, orders: [`revision 1: grow to ${NODES + 1}`] };

  it.each([
    { when: 'its plan is announced', moment: onPlan('planned'), region: 'ap-south-1' },
    { when: 'its order reaches the cloud and is lost', moment: onOrder('lost'), region: 'eu-west-1' },
    { when: 'its plan is done and the node boots', moment: onPlan('done'), region: 'us-west-2' },
  ])(
    'killed when $when: the other takes over within 10 s and one instance is added',
    async ({ when, moment, region }) => {
      const struck = await strikeAt(moment, region, ({ program }) => program.kill());
      const took = await untilTakenOver(region, struck, 10_000);
      expect(await outcomeOf(region)).toEqual(oneMore);
      standing.push(await startAutoscaler());
      report(`killed when ${when}: ${took}`);
    },
    120_000,
  );

  it('killed together with the NATS server that leads the state: the other takes over within 20 s', async () => {
    const server = (await cluster.leaderOf(`KV_${STATE_BUCKET}`)) ?? '';
    const region = 'us-east-1';
    const struck = await strikeAt(onOrder('unanswered'), region, ({ program }) =>
      Promise.all([program.kill(), cluster.servers.get(server)?.kill()]),
    );
    const took = await untilTakenOver(region, struck, 20_000);
    expect(await outcomeOf(region)).toEqual(oneMore);
    await cluster.servers.get(server)?.restart();
    standing.push(await startAutoscaler());
    report(`killed together with ${server}: ${took}`);
  }, 120_000);

  it('cut off with a NATS server: it stops acting, and its late order, carried out, changes nothing', async () => {
    for (const program of standing) await program.terminate();
    standing = [await startAutoscaler(cluster.urlsOf(['nats-3']))];
    const cutOff = await untilLed(loop.bus, standing, 30_000);
    standing.push(await startAutoscaler(cluster.urlsOf(['nats-1', 'nats-2'])));
    const region = 'ap-east-1';
    let arriveLate = () => {};
    const late = new Promise<void>((resolve) => (arriveLate = resolve));
    const struck = await strikeAt(onOrder('answered', late), region, () => cluster.cutOff('nats-3'));
    const took = await untilTakenOver(region, struck, 20_000);
    arriveLate();
    expect(await outcomeOf(region)).toEqual(oneMore);
    await cluster.rejoin('nats-3');
    await sleep(5_000);
    const [last] = loop.cloud.orders.slice(-1);
    expect(last?.generation).toBe(cutOff.generation);
    expect(loop.cloud.orders.filter(({ generation }) => generation === cutOff.generation)).toHaveLength(1);
    report(`cut off: ${took}`);
  }, 120_000);

  it('frozen while its plan is announced: once it wakes up it orders nothing', async () => {
    const region = 'sa-east-1';
    standing.push(await startAutoscaler());
    const struck = await strikeAt(onPlan('planned'), region, ({ program }) =>
      program.process.signal('SIGSTOP'),
    );
    const took = await untilTakenOver(region, struck, 10_000);
    const { program, generation } = struck.leader;
    const orders = () => loop.cloud.orders.filter((order) => order.generation === generation).length;
    const before = orders();
    program.process.signal('SIGCONT');
    expect(await outcomeOf(region)).toEqual(oneMore);
    expect(orders()).toBe(before);
    report(`frozen: ${took}`);
  }, 120_000);
});

interface Struck {
  readonly leader: Leader;
  readonly atMs: number;
}

/** Calls `strike` at a moment in the growth of a region, once. */
type Moment = (loop: ControlLoop, region: string, strike: () => Promise<void>) => void;

function onPlan(outcome: Scale['outcome']): Moment {
  return ({ witness }, region, strike) => {
    witness.onEntry = ({ event }) => {
      if (event.kind !== 'scale' || event.region !== region || event.scale.outcome !== outcome) return;
      witness.onEntry = () => {};
      void strike();
    };
  };
}

/** When the first order arrives; what becomes of it shows once `late` resolves. */
function onOrder(fate: Fate, late: Promise<void> = Promise.resolve()): Moment {
  return ({ cloud }, region, strike) => {
    cloud.onOrder = async (order) => {
      if (order.region !== region) return 'answered';
      cloud.onOrder = async () => 'answered';
      await strike();
      await late;
      return fate;
    };
  };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const report = (line: string) => process.stdout.write(`take-over, ${line}\n`);
