import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DEFAULT_RETENTION,
  LOG_STREAM,
  policyDocumentSchema,
  type IceServersAnswer,
  type PolicyDocument,
} from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { findFreePorts } from '../free-ports.js';
import { processesWith, startProcess, type RunningProcess } from '../processes.js';
import { makeScratch, type Scratch } from '../spillway-start.js';
import { until } from '../until.js';
import { LogWitness } from './log-witness.harness.js';
import { startAgain } from './nats-faults.harness.js';
import { MASTER_SECRET, Programs, type RouterProgram } from './programs.harness.js';

const REGION = 'eu-central-1';
const NODES = [1, 2, 3].map((n) => `${REGION}-s${n}`);
const DEADLINE_SECONDS = 30;
/** A reporter looks at its allocations, the autoscaler at the fleet, and the server's leader must be found again. */
const SLACK_MS = 20_000;

/** Real relays in one region, as many as `min`; it shrinks at once when it may. */
function policyWith(min: number): PolicyDocument {
  const scaling = {
    provider: { kind: 'process' },
    min,
    max: NODES.length,
    stabilizationDownSeconds: 5,
    coolDownSeconds: 5,
    drainDeadlineSeconds: DEADLINE_SECONDS,
  };
  return policyDocumentSchema.parse({
    revision: `min-${min}`,
    regions: { [REGION]: { scaling } },
    defaultRegion: REGION,
  });
}

describeWith(
  ['nats-server', 'turnserver'],
  'a region with too many relays, allocations on all of them',
  () => {
    let cluster: StartedNatsCluster;
    let scratch: Scratch;
    let programs: Programs;
    let bus: NatsBus;
    let router: RouterProgram;
    const witness = new LogWitness();
    /** By node. */
    const clients = new Map<string, RunningProcess>();

    beforeAll(async () => {
      cluster = await startNatsCluster(3);
      scratch = makeScratch();
      programs = new Programs();
      bus = NatsBus.connect({ servers: cluster.urls, name: 'drain-spec' });
      await until('NATS is there', 30_000, async () => bus.link === 'up');
      await bus.provision({ ...DEFAULT_RETENTION, maxBytes: 256 * 1024 ** 2, replicas: 3 });
      await witness.start(bus);
      await programs.applyPolicy(cluster.urls, policyWith(NODES.length));
      router = await programs.startRouter(cluster.urls, 'router-1');
      const { turn } = await findFreePorts();
      const relays = randomInt(10_000, 19_000);
      await programs.startAutoscaler(cluster.urls, 'autoscaler-1', {
        TURN_MASTER_SECRET: MASTER_SECRET,
        PROCESS_STATE_DIR: scratch.path,
        PROCESS_TURN_PORTS: `${turn}-${turn + 8}`,
        PROCESS_RELAY_PORTS: `${relays}-${relays + 299}`,
      });
      for (const [index, node] of NODES.entries()) {
        const answer = await answerNaming(node);
        clients.set(node, startProcess('turnutils_uclient', holding(answer, allocationsOf(index))));
      }
      await until('all allocations are seen', 30_000, async () => {
        const seen = await allocations();
        return NODES.every((node, index) => seen.get(node) === allocationsOf(index));
      });
    }, 180_000);
    afterAll(async () => {
      for (const client of clients.values()) client.signal('SIGKILL');
      router?.stream.close();
      await programs?.stop();
      await witness.stop();
      await bus?.close();
      // What the provider started outlives the autoscaler, as it should.
      for (const pid of processesWith(scratch.path)) process.kill(pid, 'SIGKILL');
      scratch?.remove();
      await cluster?.stop();
    }, 60_000);

    const answerNaming = (node: string) =>
      until(`an answer names ${node}`, 90_000, async () => {
        const answer = await router.ask({ region: { require: [REGION] } });
        return answer.placement.nodes.includes(node) && answer;
      });
    const allocations = async () => {
      const { nodes } = (await router.get('/v1/nodes')) as { nodes: NodeReport[] };
      return new Map(nodes.map(({ nodeId, load }) => [nodeId, load.allocations]));
    };
    const drained = () =>
      witness.of('command').flatMap(({ event }) => (event.command.command === 'drain' ? [event.node] : []));
    /** The folder of an instance is in the command line or environment of its processes. */
    const isRunning = (node: string) => processesWith(`${scratch.path}/files/${node}/`).length > 0;
    /** What went through its allocations and came back, in messages so far. */
    const relayed = (node: string) =>
      Number([...(clients.get(node)?.output ?? '').matchAll(/tot_recv_msgs=(\d+)/g)].at(-1)?.[1]);
    const isRelaying = async (node: string) => {
      const before = relayed(node);
      await until(`${node} relays on`, 5_000, async () => relayed(node) > before);
      return true;
    };

    it('drains the one with the fewest, and cuts them at the deadline and not before, whatever NATS does', async () => {
      const [, , least = ''] = NODES;
      await programs.applyPolicy(cluster.urls, policyWith(2));
      await until('a node is told to drain', 60_000, async () => drained().length > 0);
      const fromMs = performance.now();
      expect(drained()).toEqual([least]);
      const leader = (await cluster.leaderOf(LOG_STREAM)) ?? '';
      await cluster.servers.get(leader)?.kill();
      await sleep(10_000);
      await startAgain(cluster, leader);
      const other = [...cluster.servers.keys()].find((name) => name !== leader) ?? '';
      await cluster.cutOff(other);
      await sleep(5_000);
      const watch = async () => {
        await sleep(fromMs + (DEADLINE_SECONDS - 6) * 1000 - performance.now());
        expect(await isRelaying(least)).toBe(true);
        expect((await router.ask({ region: { require: [REGION] } })).placement.nodes).not.toContain(least);
        await until('its processes are ended', 6_000 + SLACK_MS, async () => !isRunning(least));
        return performance.now();
      };
      const [atMs] = await Promise.all([watch(), cluster.rejoin(other)]);
      const cutAfterSeconds = (atMs - fromMs) / 1000;
      expect(cutAfterSeconds).toBeGreaterThan(DEADLINE_SECONDS - 1);
      process.stdout.write(
        `drain: of 6, 4 and 2 allocations the node with 2 drains; they were held until ${cutAfterSeconds.toFixed(1)} s ` +
          `after the order, deadline ${DEADLINE_SECONDS} s\n`,
      );
    }, 180_000);

    it('ends the next one as soon as nobody is on it any more', async () => {
      const [most = '', next = ''] = NODES;
      await programs.applyPolicy(cluster.urls, policyWith(1));
      await until('another node is told to drain', 60_000, async () => drained().length > 1);
      const fromMs = performance.now();
      expect(drained()[1]).toBe(next);
      clients.get(next)?.signal('SIGKILL');
      await until('its processes are ended', DEADLINE_SECONDS * 1000, async () => !isRunning(next));
      const endedAfterSeconds = (performance.now() - fromMs) / 1000;
      expect(endedAfterSeconds).toBeLessThan(DEADLINE_SECONDS - 5);
      expect(await isRelaying(most)).toBe(true);
      process.stdout.write(
        `drain: released, the next node was ended ${endedAfterSeconds.toFixed(1)} s after the order\n`,
      );
    }, 180_000);
  },
);

interface NodeReport {
  readonly nodeId: string;
  readonly load: { readonly allocations: number | null };
}

/** The first node has the most. */
const allocationsOf = (index: number) => 2 * (NODES.length - index);

/** coturn's own client, with an even number of allocations; over TCP they end with it. */
function holding({ iceServers }: IceServersAnswer, count: number): string[] {
  const [{ username = '', credential = '', urls } = { urls: [] }] = iceServers;
  const [, host = '', port = ''] = /^turn:([^:]+):(\d+)/.exec(urls[0] ?? '') ?? [];
  const traffic = ['-t', '-y', '-c', '-n', '1000000', '-m', `${count}`];
  return [...traffic, '-u', username, '-w', credential, '-p', port, host];
}
