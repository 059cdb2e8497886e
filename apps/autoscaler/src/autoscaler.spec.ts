import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  AUTOSCALER_LEASE_KEY,
  POLICY_KEY,
  regionControlKey,
  regionControlSchema,
  subjectOf,
  type RegionControl,
} from '@spillway/contracts';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import { MemoryCloud, MemoryProvider } from './providers/memory-provider.harness.js';
import { abortedError, ProviderError } from './providers/provider-error.js';
import type { Group } from './providers/provider.js';
import {
  aScaledPolicy,
  REGION,
  startLeader,
  startTestAutoscaler,
  type AutoscalerOptions,
  type TestAutoscaler,
} from './testing/autoscaler.harness.js';
import { aDrain } from './testing/commands.harness.js';
import { announce, HeardLog, say } from './testing/log.harness.js';
import { recordingLogger } from './testing/loggers.harness.js';
import { aControl, aPlan } from './testing/scripted-loop.harness.js';
import { until } from './testing/until.harness.js';

const started: TestAutoscaler[] = [];
afterEach(async () => {
  for (const autoscaler of started.splice(0)) await autoscaler.stop();
});

async function start(options?: AutoscalerOptions): Promise<TestAutoscaler> {
  const autoscaler = await startTestAutoscaler(options);
  started.push(autoscaler);
  return autoscaler;
}

async function lead(options?: AutoscalerOptions): Promise<TestAutoscaler> {
  const autoscaler = await startLeader(options);
  started.push(autoscaler);
  return autoscaler;
}

/** A bus of its own on a log that knows a policy, and one for whoever looks on. */
async function aStage(policy = aScaledPolicy()) {
  const log = new MemoryLog();
  const other = new MemoryBus(log);
  await other.provision();
  await announce(other, policy);
  const heard = await HeardLog.of(other);
  return { log, other, heard, cloud: new MemoryCloud(), bus: () => new MemoryBus(log) };
}

async function storedControl(bus: MemoryBus, region = REGION): Promise<RegionControl | undefined> {
  const stored = await bus.state.get(regionControlKey(region));
  return stored && regionControlSchema.parse(stored.value);
}

/** Does what it is asked, and does not hear that it was done. */
class DeafProvider extends MemoryProvider {
  override async grow(group: Group, desired: number, signal: AbortSignal): Promise<void> {
    await super.grow(group, desired, signal);
    await once(signal, 'abort');
    throw abortedError('grow', signal);
  }
}

const outcomes = (heard: HeardLog, revision = 1) =>
  heard
    .plans(REGION)
    .filter((plan) => plan.revision === revision)
    .map(({ outcome }) => outcome);

describe('an autoscaler that leads', () => {
  it('has written every region’s state under its generation before it does anything', async () => {
    const { bus, other } = await aStage();
    await other.state.put(regionControlKey(REGION), aControl({ generation: 3, integralMs: 42 }), undefined);
    const { loop, generation } = await lead({ bus: bus() });
    expect(await storedControl(other)).toMatchObject({ generation: generation(), integralMs: 42 });
    expect(loop.control(REGION)?.integralMs).toBe(42);
  });

  it('stores a plan, says it, carries it out and says so', async () => {
    const { bus, heard, cloud, other } = await aStage();
    const { loop } = await lead({ bus: bus(), cloud });
    loop.say(REGION, { plan: aPlan({ desired: 2 }) });
    await until(() => outcomes(heard).includes('done'));
    expect(outcomes(heard)).toEqual(['planned', 'executing', 'done']);
    expect(cloud.instances(REGION)).toHaveLength(2);
    expect(await storedControl(other)).toMatchObject({ revision: 1, plan: { outcome: 'done', desired: 2 } });
  });

  it('does nothing before the plan is stored', async () => {
    const { bus, cloud, log } = await aStage();
    const own = bus();
    const { loop, isLeading } = await lead({ bus: own, cloud });
    const { state } = log;
    log.state = undefined;
    loop.say(REGION, { plan: aPlan() });
    await until(() => !isLeading());
    log.state = state;
    expect(cloud.started(REGION)).toBe(0);
  });

  it('does not carry out a plan that follows another one than is stored', async () => {
    const { bus, cloud, heard } = await aStage();
    const logger = recordingLogger();
    const { loop } = await lead({ bus: bus(), cloud, logger });
    loop.say(REGION, { plan: aPlan({ revision: 5, parentRevision: 4 }) });
    await until(() => logger.lines.some(({ text }) => text.includes('StalePlanError')));
    expect(cloud.started(REGION)).toBe(0);
    expect(outcomes(heard, 5)).toEqual([]);
  });

  it('says what a provider refuses, the words of others in its own log alone, and goes on', async () => {
    const { bus, heard, cloud } = await aStage();
    const logger = recordingLogger();
    const { loop, provider, metric } = await lead({ bus: bus(), cloud, logger });
    const words = 'quota 7 of team media';
    provider.failWith(new ProviderError('no-room', 'The quota is used up', 'Ask for more', undefined, words));
    loop.say(REGION, { plan: aPlan() });
    await until(() => outcomes(heard).includes('failed'));
    expect(heard.plans(REGION).at(-1)?.error).toBe('The quota is used up. Ask for more');
    expect(logger.lines.map(({ text }) => text).join()).toContain(words);
    expect(await metric(`spillway_autoscaler_plans_failed_total{region="${REGION}"}`)).toBe(1);
    provider.failWith(undefined);
    loop.say(REGION, { plan: aPlan({ revision: 2, parentRevision: 1 }) });
    await until(() => outcomes(heard, 2).includes('done'));
  });

  it('tries again what may work the next time', async () => {
    const { bus, heard, cloud } = await aStage();
    const { loop, provider } = await lead({ bus: bus(), cloud });
    provider.failWith(new ProviderError('throttled', 'Too many calls', 'Wait'));
    loop.say(REGION, { plan: aPlan() });
    await until(() => provider.calls.filter(({ name }) => name === 'grow').length >= 2);
    provider.failWith(undefined);
    await until(() => outcomes(heard).includes('done'));
    expect(cloud.started(REGION)).toBe(1);
  });

  it('tells what was decided not to do, and calls it a dry run where it is one', async () => {
    const { bus, heard } = await aStage(aScaledPolicy({ dryRun: true }));
    const { loop } = await lead({ bus: bus() });
    const reason = { step: 'grow', isTaken: true, code: 'more-demand', detail: '' } as const;
    loop.say(REGION, { report: aPlan({ reasons: [reason] }) });
    await until(() => heard.plans(REGION).length === 1);
    loop.say(REGION, { report: aPlan({ reasons: [{ ...reason, isTaken: false }] }) });
    await until(() => heard.plans(REGION).length === 2);
    expect(heard.plans(REGION)).toMatchObject([{ outcome: 'dry-run' }, { outcome: 'held' }]);
  });

  it('announces prices and overload', async () => {
    const { bus, heard, other } = await aStage();
    const { loop, generation } = await lead({ bus: bus() });
    const sinceMs = Date.UTC(2026, 10, 22);
    const control = aControl({ overload: { state: 'entered', sinceMs }, demand: 0.9 });
    loop.say(REGION, {
      control,
      overload: { state: 'entered', utilization: 0.9, threshold: 0.8, sinceMs },
      spillover: {
        priceMs: 30,
        integralMs: 20,
        utilization: 0.8,
        demand: 0.9,
        loadPerCredential: { bandwidthBps: 1, allocations: 1 },
        origins: {},
        target: 0.79,
        generation: generation() ?? 0,
        validForSeconds: 30,
      },
    });
    await until(() => heard.of('overload').length > 0 && heard.of('spillover').length > 0);
    expect(heard.of('overload')[0]?.overload).toMatchObject({
      state: 'entered',
      since: '2026-11-22T00:00:00.000Z',
    });
    expect(heard.of('spillover')[0]?.spillover).toMatchObject({ priceMs: 30, generation: generation() });
    await until(async () => (await storedControl(other))?.overload?.state === 'entered');
  });

  it('knows an inventory only while the provider tells it', async () => {
    const { bus, cloud } = await aStage();
    cloud.start(REGION, 'running');
    const { loop, provider, readiness } = await lead({ bus: bus(), cloud });
    const last = () => loop.inputs.at(-1)?.inventories.get(REGION);
    await until(() => last() !== undefined);
    expect(last()?.instances).toHaveLength(1);
    provider.failWith(new ProviderError('unavailable', 'The cloud is away', 'Wait'));
    await until(() => last() === undefined);
    expect((await readiness()).checks['providers']).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining(REGION),
    });
  });

  it('does not go on with a plan that was committed long ago: it fails, and the next is made anew', async () => {
    const { bus, other, heard, cloud } = await aStage();
    const at = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const plan = { ...aPlan({ desired: 8 }), at, outcome: 'planned', error: null } as const;
    await other.state.put(regionControlKey(REGION), aControl({ revision: 1, plan }), undefined);
    const { loop } = await lead({ bus: bus(), cloud });
    await until(() => outcomes(heard).includes('failed'));
    expect(heard.plans(REGION).at(-1)?.error).toMatch(/made 1\d{4} s ago/);
    expect(cloud.started(REGION)).toBe(0);
    loop.say(REGION, { plan: aPlan({ revision: 2, parentRevision: 1, desired: 2 }) });
    await until(() => outcomes(heard, 2).includes('done'));
    expect(cloud.started(REGION)).toBe(2);
  });

  it('takes over a region that the policy names later', async () => {
    const { bus, other } = await aStage();
    const { loop, generation } = await lead({ bus: bus() });
    const regions = { ...aScaledPolicy().regions, 'us-east-1': { latitude: 39, longitude: -77 } };
    await announce(other, aScaledPolicy({}, { regions }));
    await until(() => loop.control('us-east-1') !== undefined);
    expect((await storedControl(other, 'us-east-1'))?.generation).toBe(generation());
  });

  it('lets go of a region that the policy does not name any more, and takes it again when it does', async () => {
    const { bus, other, heard, cloud } = await aStage();
    const { loop, autoscaler, generation } = await lead({ bus: bus(), cloud });
    const before = generation();
    const elsewhere = { 'us-east-1': { latitude: 39, longitude: -77 } };
    const isControlled = () => autoscaler.leadership.regions?.runners.has(REGION);
    await announce(other, aScaledPolicy({}, { regions: elsewhere, defaultRegion: 'us-east-1' }));
    await until(() => !isControlled());
    await announce(other, aScaledPolicy());
    await until(isControlled);
    loop.say(REGION, { plan: aPlan() });
    await until(() => outcomes(heard).includes('done'));
    expect(cloud.started(REGION)).toBe(1);
    expect(generation()).toBe(before);
  });

  it('leaves a region alone whose state it cannot read, and says so, until it can', async () => {
    const { bus, other } = await aStage();
    const key = regionControlKey(REGION);
    const revision = await other.state.put(key, { newer: 'than this' }, undefined);
    const { loop, readiness } = await lead({ bus: bus() });
    expect(loop.control(REGION)).toBeUndefined();
    expect((await readiness()).checks['regions']).toMatchObject({ status: 'degraded' });
    expect((await other.state.get(key))?.value).toEqual({ newer: 'than this' });
    await other.state.put(key, aControl({ integralMs: 5 }), revision);
    await until(() => loop.control(REGION)?.integralMs === 5);
    expect((await readiness()).checks['regions']).toMatchObject({ status: 'ok' });
  });

  it('says that a step of the control loop fails, and goes on when it does not', async () => {
    const { bus } = await aStage();
    const logger = recordingLogger();
    const { loop, readiness } = await lead({ bus: bus(), logger });
    const step = loop.step.bind(loop);
    loop.step = () => {
      throw new Error('a fault of the loop');
    };
    const check = async () => (await readiness()).checks['regions']?.detail ?? '';
    await until(async () => (await check()).includes('no step of the control loop'));
    expect(logger.lines.filter(({ text }) => text.includes('a fault of the loop'))).toHaveLength(1);
    loop.step = step;
    await until(async () => (await check()).includes('under control'));
  });

  it('steps down when somebody else writes a region’s state, and takes over anew', async () => {
    const { bus, other } = await aStage();
    const { loop, generation } = await lead({ bus: bus() });
    const before = generation() ?? 0;
    const stored = await other.state.get(regionControlKey(REGION));
    await other.state.put(regionControlKey(REGION), aControl({ generation: before + 10 }), stored?.revision);
    loop.say(REGION, { plan: aPlan() });
    await until(() => generation() !== before && generation() !== undefined);
    expect(generation()).toBeGreaterThan(before + 10);
    expect((await storedControl(other))?.generation).toBeGreaterThan(before);
  });

  it('gives the lease back when it is stopped, with what it knew', async () => {
    const { bus, other } = await aStage();
    const leader = await lead({ bus: bus() });
    leader.loop.say(REGION, { control: aControl({ integralMs: 123 }) });
    await until(() => leader.loop.control(REGION)?.integralMs === 123);
    await leader.stop();
    expect(await storedControl(other)).toMatchObject({ integralMs: 123 });
    expect((await other.state.get(AUTOSCALER_LEASE_KEY))?.value).toMatchObject({ holder: null });
  });

  it('puts a policy in force that somebody stored and did not come to announce', async () => {
    const { bus, heard, other } = await aStage();
    await lead({ bus: bus() });
    const before = await other.state.get(POLICY_KEY);
    await other.state.put(POLICY_KEY, aScaledPolicy({ max: 7 }), before?.revision);
    await until(() => heard.of('policy').at(-1)?.policy.regions[REGION]?.scaling.max === 7);
    expect(heard.of('policy').at(-1)?.policy).toEqual(aScaledPolicy({ max: 7 }));
  });

  it('says again what still holds, so that a part of the log can be read alone', async () => {
    const { bus, heard, other } = await aStage();
    const node = { region: REGION, nodeId: 'n1', instanceId: 'i-1' };
    await other.record(subjectOf.command(REGION, 'n1'), aDrain(), 'an operator’s');
    await say(other, aHeartbeat({ ...node, state: 'stopped', commandId: 'c-1' }));
    const { loop } = await lead({ bus: bus(), env: { LOG_MAX_AGE_SECONDS: '60' } });
    loop.say(REGION, { plan: aPlan() });
    await until(() => outcomes(heard).includes('done'));
    const policies = heard.of('policy').length;
    await until(() => outcomes(heard).filter((outcome) => outcome === 'done').length >= 2);
    await until(() => heard.of('policy').length > policies);
    expect(heard.of('policy').at(-1)?.policy).toEqual(aScaledPolicy());
    // At taking over, and then.
    await until(() => heard.commands('n1').length >= 3);
    expect(heard.commands('n1').at(-1)).toMatchObject({ id: 'c-1', at: aDrain().at, isStanding: true });
  });
});

describe('of two autoscalers', () => {
  it('one leads, the other stands by and says who does', async () => {
    const { bus } = await aStage();
    const first = await lead({ bus: bus() });
    const second = await start({ bus: bus() });
    await until(async () => (await second.readiness()).checks['lease']?.status === 'ok');
    expect((await second.readiness()).checks['lease']?.detail).toMatch(/^stands by; spec-\w+ leads/);
    expect((await first.readiness()).checks['lease']?.detail).toMatch(/^leads/);
    expect(await second.metric('spillway_autoscaler_is_leader')).toBe(0);
    expect(await first.metric('spillway_autoscaler_is_leader')).toBe(1);
    expect(second.loop.inputs).toEqual([]);
  });

  it('the second carries out a plan that the first committed before it died, once', async () => {
    const { bus, heard, cloud } = await aStage();
    const first = await lead({ bus: bus(), cloud });
    const second = await start({ bus: bus(), cloud });
    first.provider.hang();
    first.loop.say(REGION, { plan: aPlan({ desired: 3 }) });
    await until(() => outcomes(heard).includes('executing'));
    await first.crash();
    await until(() => outcomes(heard).includes('done'), 12_000);
    expect(cloud.started(REGION)).toBe(3);
    expect(second.isLeading()).toBe(true);
    const done = heard.plans(REGION).find(({ outcome }) => outcome === 'done');
    expect(done).toMatchObject({ revision: 1, generation: second.generation() });
  });

  it('the second adds nothing to a plan that the first had carried out, but not said so', async () => {
    const { bus, heard, cloud } = await aStage();
    const first = await lead({ bus: bus(), provider: new DeafProvider(cloud) });
    await start({ bus: bus(), cloud });
    first.loop.say(REGION, { plan: aPlan({ desired: 1 }) });
    await until(() => cloud.started(REGION) === 1);
    await first.crash();
    expect(outcomes(heard)).not.toContain('done');
    await until(() => outcomes(heard).includes('done'), 12_000);
    expect(cloud.started(REGION)).toBe(1);
  });

  it('the first writes nothing any more once the second has taken over, though it believes it leads', async () => {
    const { bus, other, cloud } = await aStage();
    const asleep = bus();
    const first = await lead({ bus: asleep, cloud });
    const regions = first.autoscaler.leadership.regions;
    asleep.dropLink();
    const second = await lead({ bus: bus(), cloud });
    const runner = regions?.runners.get(REGION);
    asleep.restoreLink();
    runner?.take({
      region: REGION,
      control: aControl(),
      plan: aPlan({ desired: 9 }),
      spillover: undefined,
      overload: undefined,
      report: undefined,
    });
    await until(async () => !runner?.isCarryingOut);
    expect(cloud.started(REGION)).toBe(0);
    expect(await storedControl(other)).toMatchObject({ generation: second.generation(), revision: 0 });
  });
});
