import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { QUERY_NODE_COMMAND, type Scale } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import {
  aHeartbeat,
  describeWith,
  startNats,
  startProxy,
  type StartedNats,
  type StartedProxy,
} from '@spillway/testkit';
import { MemoryCloud, MemoryProvider } from './providers/memory-provider.harness.js';
import { abortedError } from './providers/provider-error.js';
import type { Group } from './providers/provider.js';
import {
  aScaledPolicy,
  REGION,
  startLeader,
  startTestAutoscaler,
  type AutoscalerOptions,
  type TestAutoscaler,
} from './testing/autoscaler.harness.js';
import { announce, HeardLog } from './testing/log.harness.js';
import { aPlan } from './testing/scripted-loop.harness.js';
import { until } from './testing/until.harness.js';

/** The promise to operators is 10 s; the rest is for a machine that does other things too. */
const TAKE_OVER_MS = 15_000;

describeWith(['nats-server'], 'autoscalers on a real nats-server', () => {
  let nats: StartedNats;
  let bus: NatsBus;
  let heard: HeardLog;
  let cloud: MemoryCloud;
  const started: TestAutoscaler[] = [];
  const proxies: StartedProxy[] = [];

  beforeEach(async () => {
    nats = await startNats();
    bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
    await announce(bus, aScaledPolicy(), [aHeartbeat({ region: REGION, intervalMs: 60_000 })]);
    heard = await HeardLog.of(bus);
    cloud = new MemoryCloud();
  });
  afterEach(async () => {
    for (const autoscaler of started.splice(0)) await autoscaler.stop();
    for (const proxy of proxies.splice(0)) await proxy.stop();
    await bus.close();
    await nats.stop();
  });

  const connect = (url = nats.url) =>
    NatsBus.connect({ servers: url, name: 'autoscaler', closeTimeoutMs: 500 });
  const keep = (autoscaler: TestAutoscaler) => (started.push(autoscaler), autoscaler);
  const lead = async (options: AutoscalerOptions = {}) =>
    keep(await startLeader({ cloud, ...options, bus: options.bus ?? connect() }));
  const standBy = async (options: AutoscalerOptions = {}) =>
    keep(await startTestAutoscaler({ cloud, ...options, bus: options.bus ?? connect() }));
  const outcomes = (revision = 1) =>
    heard.plans(REGION).flatMap((plan: Scale) => (plan.revision === revision ? [plan.outcome] : []));

  it('one that dies between storing a plan and carrying it out leaves it to the other, which does so once', async () => {
    const first = await lead();
    const second = await standBy();
    first.provider.hang();
    first.loop.say(REGION, { plan: aPlan({ desired: 2 }) });
    await until(() => outcomes().includes('executing'));
    await first.crash();
    await until(() => outcomes().includes('done'), TAKE_OVER_MS);
    expect(second.isLeading()).toBe(true);
    expect(cloud.started(REGION)).toBe(2);
    expect(second.provider.calls.filter(({ name }) => name === 'grow')).toHaveLength(1);
  });

  it('two that are cut off from each other never carry out one revision both, nor two', async () => {
    const proxy = await startProxy(nats.port);
    proxies.push(proxy);
    const slow = new SlowProvider(cloud);
    const first = await lead({ bus: connect(`nats://127.0.0.1:${proxy.port}`), provider: slow });
    const second = await standBy();
    first.loop.say(REGION, { plan: aPlan({ desired: 1 }) });
    await until(() => slow.isAsked);
    proxy.cut();
    await until(() => !first.isLeading());
    // What it had asked of the cloud was given up when the link went.
    expect(slow.wasGivenUp).toBe(true);
    await until(() => outcomes().includes('done'), TAKE_OVER_MS);
    expect(cloud.started(REGION)).toBe(1);
    first.loop.say(REGION, { plan: aPlan({ revision: 2, parentRevision: 1, desired: 5 }) });
    second.loop.say(REGION, { plan: aPlan({ revision: 2, parentRevision: 1, current: 1, desired: 2 }) });
    await until(() => outcomes(2).includes('done'));
    proxy.mend();
    await until(async () => (await first.readiness()).checks['lease']?.detail.startsWith('stands by'));
    expect(cloud.started(REGION)).toBe(2);
    expect(heard.plans(REGION).filter(({ revision }) => revision === 2)).toMatchObject([
      { outcome: 'planned', desired: 2, generation: second.generation() },
      { outcome: 'executing' },
      { outcome: 'done' },
    ]);
  });

  it('one survives the restart of NATS: it leads again under another generation and goes on', async () => {
    const leader = await lead();
    const before = leader.generation() ?? 0;
    await nats.kill();
    await until(() => !leader.isLeading());
    await nats.restart();
    await until(leader.isLeading);
    expect(leader.generation()).toBeGreaterThan(before);
    leader.loop.say(REGION, { plan: aPlan() });
    await until(() => outcomes().includes('done'));
    expect(cloud.started(REGION)).toBe(1);
  });

  it('one goes on where NATS has lost its store, under a generation above the one that was lost', async () => {
    const leader = await lead();
    const before = leader.generation() ?? 0;
    leader.loop.say(REGION, { plan: aPlan() });
    await until(() => outcomes().includes('done'));
    await nats.kill();
    await nats.restart({ wipeStore: true });
    await until(() => leader.isLeading() && leader.generation() !== before);
    expect(leader.generation()).toBeGreaterThan(before);
    leader.loop.say(REGION, { plan: aPlan({ revision: 2, parentRevision: 1, current: 1, desired: 2 }) });
    await until(() => outcomes(2).includes('done'));
    expect(cloud.started(REGION)).toBe(2);
  });

  it('the one that leads, and no other, answers an operator’s order to a node and puts it on the log', async () => {
    const first = await lead();
    await standBy();
    const ask = async () => {
      const request = { payload: { command: 'drain', node: 'n1', reason: 'kernel update' } };
      const { data } = await bus.request(QUERY_NODE_COMMAND, request, 5_000);
      return JSON.parse(new TextDecoder().decode(data)) as unknown;
    };
    for (let n = 0; n < 5; n++) expect(await ask()).toMatchObject({ node: 'n1', region: REGION });
    await until(() => heard.commands('n1').length === 5);
    expect(heard.commands('n1')[0]).toMatchObject({
      command: 'drain',
      instanceId: 'i-1',
      origin: 'operator',
    });
    await first.crash();
    await expect(ask()).rejects.toMatchObject({ code: 'no-responders' });
    await until(() => started[1]?.isLeading(), TAKE_OVER_MS);
    expect(await ask()).toMatchObject({ node: 'n1' });
  });
});

/** Answers only to its signal, and says whether that came. */
class SlowProvider extends MemoryProvider {
  isAsked = false;
  wasGivenUp = false;

  override async grow(_group: Group, _desired: number, signal: AbortSignal): Promise<void> {
    this.isAsked = true;
    await once(signal, 'abort');
    this.wasGivenUp = true;
    throw abortedError('grow', signal);
  }
}
