import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { IceServersAnswer, Scale } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { describeWith } from '@spillway/testkit';
import { LogWitness } from './control-loop/log-witness.harness.js';
import { startProcess, type RunningProcess } from './processes.js';
import { spillwayCommand } from './spillway-start.js';
import { startSystem, type System } from './system.js';
import { until } from './until.js';

const GERMANY = '88.198.0.1';
const REGION = 'eu-central-1';
const [FIRST, SECOND] = [`${REGION}-s1`, `${REGION}-s2`];
/** One node more takes about half a minute with deploy/policy.demo.yaml, and shrinking as long. */
const STEP_LIMIT_MS = 90_000;
/** Longer than any of the pauses of that policy: what is cut early is cut within it. */
const HELD_MS = 20_000;

interface NodeReport {
  readonly nodeId: string;
  readonly state: string;
  readonly load: { readonly allocations: number | null };
}

describeWith(['nats-server', 'turnserver'], 'a region that fills up, as docs/watch-it-work.md tells', () => {
  let system: System;
  let bus: NatsBus;
  let begun: RunningProcess[] = [];
  const witness = new LogWitness();
  beforeAll(async () => {
    system = await startSystem();
    bus = NatsBus.connect({ servers: `nats://127.0.0.1:${system.ports.nats}`, name: 'demonstration' });
    await until('NATS is there', 10_000, async () => bus.link === 'up');
    await witness.start(bus);
  }, 90_000);
  afterEach(async () => {
    for (const each of begun) each.signal('SIGTERM');
    await Promise.all(begun.map(({ ended }) => ended));
    begun = [];
  }, 30_000);
  afterAll(async () => {
    await witness.stop();
    await bus?.close();
    await system?.stop();
  }, 60_000);

  const start = (...of: Parameters<typeof startProcess>) => {
    const process = startProcess(...of);
    begun.push(process);
    return process;
  };
  const load = (utilization: number) => {
    const nats = ['--nats', `nats://127.0.0.1:${system.ports.nats}`];
    return start(...spillwayCommand('load', '--region', REGION, '--utilization', `${utilization}`, ...nats));
  };
  const placementOf = async (clientIp: string) => (await system.ask({ clientIp })).placement;
  const nodes = async () => ((await system.get('/v1/nodes')) as { nodes: NodeReport[] }).nodes;
  const stateOf = async (id: string) => (await nodes()).find(({ nodeId }) => nodeId === id)?.state;
  const plansOf = (outcome: Scale['outcome']) =>
    witness.of('scale').flatMap(({ event }) => (event.scale.outcome === outcome ? [event.scale] : []));
  const isServing = (id: string) =>
    until(`${id} serves`, STEP_LIMIT_MS, async () => (await stateOf(id)) === 'serving');
  const isGone = (id: string) =>
    until(`${id} is ended`, STEP_LIMIT_MS, async () => {
      return ['stopped', undefined].includes(await stateOf(id)) && plansOf('done').some(ends(id));
    });
  const credentialOn = (id: string) =>
    until(`an answer names ${id}`, 20_000, async () => {
      const answer = await system.ask({ region: { require: [REGION] } });
      return answer.placement.nodes.includes(id) && answer;
    });

  it('overloads, spills over, gets another real coturn, recovers, and gives it back', async () => {
    expect(await placementOf(GERMANY)).toMatchObject({ region: REGION, reason: 'nearest' });
    const made = load(0.95);
    const spilled = await until('a client in Germany is served elsewhere', 30_000, async () => {
      const placement = await placementOf(GERMANY);
      return placement.reason === 'spillover' && placement;
    });
    expect(spilled).toMatchObject({ nearestRegion: REGION, region: expect.not.stringMatching(REGION) });
    await until('the overload is on the log', 30_000, async () => overloads().includes('entered'));
    await isServing(FIRST);
    expect(await relays(await credentialOn(FIRST))).toBe(true);
    await until('Germany is served at home again', 30_000, async () => {
      return (await placementOf(GERMANY)).reason === 'nearest';
    });
    await until('the overload is over', 30_000, async () => overloads().join() === 'entered,cleared');
    made.signal('SIGINT');
    await until('it drains', STEP_LIMIT_MS, async () => plansOf('done').some(drains(FIRST)));
    await isGone(FIRST);
    expect(plansOf('failed')).toEqual([]);
    expect(prices().some((integralMs) => integralMs > 0)).toBe(true);
  }, 240_000);

  it('drains the node with the least to wait for first, and cuts no allocation before the deadline', async () => {
    const before = plansOf('done').length;
    const made = load(2);
    // The names of nodes are never used again.
    const [busy, idle] = [SECOND, `${REGION}-s3`];
    await isServing(busy);
    await isServing(idle);
    const held = hold(await credentialOn(busy), start);
    made.signal('SIGINT');
    await until('nothing but the allocation is left on it', 20_000, async () => {
      const busyNode = (await nodes()).find(({ nodeId }) => nodeId === busy);
      return [1, 2].includes(busyNode?.load.allocations ?? 0);
    });
    await until('the busy node drains too', 2 * STEP_LIMIT_MS, async () =>
      plansOf('done').some(drains(busy)),
    );
    const drained = plansOf('done')
      .slice(before)
      .flatMap(({ drain }) => drain);
    expect(drained).toEqual([idle, busy]);
    const cutAfterMs = await Promise.race([held.ended.then(() => 'cut'), wait(HELD_MS).then(() => 'held')]);
    expect(cutAfterMs).toBe('held');
    expect(await stateOf(busy)).toBe('draining');
    expect((await system.ask({ region: { require: [REGION] } })).placement.nodes).not.toContain(busy);
    held.signal('SIGKILL');
    await isGone(busy);
  }, 360_000);

  const overloads = () => witness.of('overload').map(({ event }) => event.overload.state);
  const prices = () => witness.of('spillover').map(({ event }) => event.spillover.integralMs);
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const drains = (id: string) => (plan: Scale) => plan.drain.includes(id);
const ends = (id: string) => (plan: Scale) => plan.terminate.includes(id);

/** Whether coturn's own client gets an allocation with this answer, and what it sends through it comes back. */
async function relays(answer: IceServersAnswer): Promise<boolean> {
  const { exitCode } = await startProcess('turnutils_uclient', clientOptions(answer, 1)).ended;
  return exitCode === 0;
}

/** The same, sending for as long as it lives; over TCP its allocations end with it. */
function hold(answer: IceServersAnswer, start: typeof startProcess): RunningProcess {
  return start('turnutils_uclient', ['-t', ...clientOptions(answer, 1_000_000)]);
}

function clientOptions({ iceServers }: IceServersAnswer, messages: number): string[] {
  const [{ username = '', credential = '', urls } = { urls: [] }] = iceServers;
  const [, host = '', port = ''] = /^turn:([^:]+):(\d+)/.exec(urls[0] ?? '') ?? [];
  return ['-y', '-c', '-n', `${messages}`, '-u', username, '-w', credential, '-p', port, host];
}
