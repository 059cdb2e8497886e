import { describe, expect, it } from '@jest/globals';
import {
  scaleSchema,
  type Command,
  type LogEntry,
  type PolicyDocument,
  type RegionControl,
  type Scale,
} from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import { Registry } from 'prom-client';
import { AutoscalerMetrics } from '../autoscaler-metrics.js';
import { MemoryCloud, MemoryProvider } from '../providers/memory-provider.harness.js';
import { ProviderError } from '../providers/provider-error.js';
import { aScaledPolicy, REGION } from '../testing/autoscaler.harness.js';
import { HeardLog } from '../testing/log.harness.js';
import { recordingLogger } from '../testing/loggers.harness.js';
import { aControl, aPlan } from '../testing/scripted-loop.harness.js';
import { aTerm } from '../testing/terms.harness.js';
import { until } from '../testing/until.harness.js';
import { aView, AT } from '../testing/views.harness.js';
import { ensureFollows, Executor } from './executor.js';
import { ProviderCalls } from './provider-calls.js';

const committed = (overrides: Partial<Scale> = {}): Scale =>
  scaleSchema.parse({ ...aPlan(), at: '2026-11-22T10:00:00.000Z', outcome: 'planned', ...overrides });

async function aStage(policy: PolicyDocument = aScaledPolicy({ drainDeadlineSeconds: 120 })) {
  const bus = new MemoryBus();
  await bus.provision();
  const heard = await HeardLog.of(bus);
  const fleet = ['n1', 'n2'].map((nodeId) =>
    aHeartbeat({ region: REGION, nodeId, instanceId: `i-${nodeId}` }),
  );
  const view = aView(policy, fleet);
  const provider = new MemoryProvider(new MemoryCloud());
  const metrics = new AutoscalerMetrics(new Registry());
  const calls = new ProviderCalls(() => provider, metrics);
  const logger = recordingLogger();
  const executor = new Executor({ bus, view, calls, logger });
  const term = aTerm(4);
  const execute = (
    plan: Scale,
    stored: RegionControl = aControl({ generation: 4, revision: plan.revision }),
  ) => executor.execute({ region: REGION, plan, term, stored: () => stored });
  return { bus, heard, provider, execute, term, logger, metrics, view };
}

const callsOf = ({ calls }: MemoryProvider) =>
  calls.map((call) => (call.name === 'grow' ? `grow ${call.desired}` : call.name));

describe('a plan that is carried out', () => {
  it('orders nodes first, then ends, then adds', async () => {
    const { execute, provider, heard } = await aStage();
    const story: string[] = [];
    const end = provider.end.bind(provider);
    const grow = provider.grow.bind(provider);
    provider.end = (...args) => (story.push(`end after ${heard.of('command').length}`), end(...args));
    provider.grow = (...args) => (story.push('grow'), grow(...args));
    const plan = { undrain: ['n1'], drain: ['n2'], terminate: ['i-9'], current: 3, desired: 4 };
    await execute(committed(plan));
    expect(story).toEqual(['end after 2', 'grow']);
  });

  it('orders a drain of the instance that the node is, for as long as the policy says', async () => {
    const { execute, heard } = await aStage();
    const reasons = [{ step: 'drain', isTaken: true, code: 'spare', detail: 'one too many' } as const];
    await execute(committed({ drain: ['n2'], current: 2, desired: 2, reasons }));
    expect(heard.commands('n2')).toMatchObject([
      {
        command: 'drain',
        instanceId: 'i-n2',
        deadlineSeconds: 120,
        expiresAt: '2026-11-22T10:01:00.000Z',
        reason: 'one too many',
        origin: 'autoscaler',
      },
    ]);
    expect(heard.commands('n1')).toEqual([]);
  });

  it('gives the same orders the same id when it is carried out twice, and another plan’s another', async () => {
    const { execute, heard } = await aStage();
    await execute(committed({ drain: ['n2'], current: 2, desired: 2 }));
    await execute(committed({ drain: ['n2'], current: 2, desired: 2, generation: 4 }));
    await execute(committed({ drain: ['n2'], current: 2, desired: 2, revision: 2, parentRevision: 1 }));
    const ids = new Set(heard.commands('n2').map(({ id }) => id));
    expect(ids.size).toBe(2);
  });

  it('asks the provider for what it says and for nothing else', async () => {
    const drained = await aStage();
    await drained.execute(committed({ drain: ['n1'], current: 2, desired: 2 }));
    expect(callsOf(drained.provider)).toEqual([]);
    const ended = await aStage();
    await ended.execute(committed({ terminate: ['i-1'], current: 2, desired: 1 }));
    expect(callsOf(ended.provider)).toEqual(['end']);
    const replaced = await aStage();
    await replaced.execute(committed({ terminate: ['i-1'], current: 2, desired: 2 }));
    expect(callsOf(replaced.provider)).toEqual(['end', 'grow 2']);
  });

  it('tells the provider under which generation and revision', async () => {
    const { execute, provider } = await aStage();
    await execute(committed({ revision: 7, parentRevision: 6, desired: 2 }));
    expect(provider.calls[0]?.group.fence).toEqual({ generation: 4, revision: 7 });
  });

  it('passes over a node that is gone', async () => {
    const { execute, heard, logger } = await aStage();
    await execute(committed({ drain: ['n9'], current: 2, desired: 2 }));
    expect(heard.of('command')).toEqual([]);
    expect(logger.lines[0]?.text).toContain('n9 is gone');
  });
});

describe('what an operator ordered', () => {
  const order = (overrides: Partial<Command>, at: number): LogEntry => ({
    position: 100,
    at,
    event: {
      kind: 'command',
      region: REGION,
      node: 'n1',
      command: {
        at: '2026-11-22T10:00:00.000Z',
        id: 'operator-1',
        command: 'drain',
        instanceId: 'i-n1',
        deadlineSeconds: 60,
        expiresAt: '2026-11-22T10:01:00.000Z',
        reason: '',
        origin: 'operator',
        ...overrides,
      },
    },
  });

  it.each([
    ['a drain is not taken back', { undrain: ['n1'] }, order({}, AT)],
    ['a drain is not made the autoscaler’s', { drain: ['n1'] }, order({}, AT)],
    ['an undrain since the plan is heeded', { drain: ['n1'] }, order({ command: 'undrain' }, AT + 1)],
  ])('%s', async (_, plan, entry) => {
    const { execute, heard, view, logger } = await aStage();
    view.fold(entry);
    await execute(committed({ ...plan, current: 2, desired: 2 }));
    expect(heard.commands('n1')).toEqual([]);
    expect(logger.lines[0]?.text).toContain('an operator');
  });

  it.each([
    ['an undrain before the plan', order({ command: 'undrain' }, AT)],
    ['a drain of the instance before', order({ instanceId: 'i-old' }, AT)],
  ])('%s is no obstacle', async (_, entry) => {
    const { execute, heard, view } = await aStage();
    view.fold(entry);
    const at = '2026-11-22T10:00:00.001Z';
    await execute(committed({ at, drain: ['n1'], current: 2, desired: 2 }));
    expect(heard.commands('n1')).toHaveLength(1);
  });
});

describe('a plan is refused', () => {
  const growth = committed({ revision: 5, parentRevision: 4, desired: 3 });

  it('when another one is stored by now', async () => {
    const { execute, provider } = await aStage();
    const stored = aControl({ generation: 4, revision: 6 });
    await expect(execute(growth, stored)).rejects.toMatchObject({
      name: 'StalePlanError',
      code: 'stale-plan',
    });
    expect(provider.calls).toEqual([]);
  });

  it('when another generation has the region', async () => {
    const { execute, provider } = await aStage();
    const stored = aControl({ generation: 5, revision: 5 });
    await expect(execute(growth, stored)).rejects.toMatchObject({ code: 'fenced' });
    expect(provider.calls).toEqual([]);
  });

  it('when the term is over, also between two tries', async () => {
    const { execute, provider, term } = await aStage();
    provider.failWith(new ProviderError('throttled', 'Too many calls', 'Wait'));
    const executing = execute(growth);
    await until(() => provider.calls.length === 1);
    term.end('a spec says so');
    await expect(executing).rejects.toMatchObject({ code: 'term-over' });
    expect(provider.calls).toHaveLength(1);
  });

  it('when the policy says dryRun by now, or does not name the region', async () => {
    const dry = await aStage(aScaledPolicy({ dryRun: true }));
    await expect(dry.execute(growth)).rejects.toMatchObject({ code: 'plan-refused' });
    const elsewhere = { regions: { mars: { latitude: 1, longitude: 1 } }, defaultRegion: 'mars' };
    const gone = await aStage(aScaledPolicy({}, elsewhere));
    await expect(gone.execute(growth)).rejects.toMatchObject({ code: 'plan-refused' });
    expect([...dry.provider.calls, ...gone.provider.calls]).toEqual([]);
  });

  it('when what it would end serves by now', async () => {
    const { execute, provider, heard } = await aStage();
    const plan = committed({ drain: ['n2'], terminate: ['i-n1'], current: 2, desired: 1 });
    await expect(execute(plan)).rejects.toMatchObject({
      code: 'plan-refused',
      message: expect.stringContaining('i-n1'),
    });
    expect([...provider.calls, ...heard.of('command')]).toEqual([]);
  });

  it('also between two tries to end what comes up meanwhile', async () => {
    const { execute, provider, view } = await aStage();
    provider.failWith(new ProviderError('throttled', 'Too many calls', 'Wait'));
    const executing = execute(committed({ terminate: ['i-n3'], current: 3, desired: 2 }));
    await until(() => provider.calls.length === 1);
    const heartbeat = aHeartbeat({ region: REGION, nodeId: 'n3', instanceId: 'i-n3' });
    view.fold({ position: 100, at: AT, event: { kind: 'heartbeat', heartbeat } });
    await expect(executing).rejects.toMatchObject({ code: 'plan-refused' });
    expect(provider.calls).toHaveLength(1);
  });

  it('when it adds beyond what the policy allows by now', async () => {
    const { execute, provider } = await aStage(aScaledPolicy({ max: 3 }));
    await expect(execute(committed({ current: 2, desired: 4 }))).rejects.toThrow('max is 3 by now');
    expect(provider.calls).toEqual([]);
  });

  it('but not when it leaves more than the policy allows by now, and adds nothing', async () => {
    const { execute, provider } = await aStage(aScaledPolicy({ max: 3 }));
    await execute(committed({ terminate: ['i-9'], current: 6, desired: 5 }));
    expect(callsOf(provider)).toEqual(['end']);
  });

  it.each([
    ['follows the first although there is none', { revision: 2, parentRevision: 1 }, 0],
    ['follows none although there is one', { revision: 1, parentRevision: null }, 1],
    ['follows one before the last', { revision: 4, parentRevision: 3 }, 4],
    ['leaves one out', { revision: 6, parentRevision: 4 }, 4],
  ])('before it is stored, when it %s', (_, plan, revision) => {
    expect(() => ensureFollows(REGION, aPlan(plan), aControl({ revision }))).toThrow(
      expect.objectContaining({ code: 'stale-plan' }),
    );
  });

  it.each([
    ['the first', { revision: 1, parentRevision: null }, 0],
    ['the next', { revision: 5, parentRevision: 4 }, 4],
  ])('but not %s', (_, plan, revision) => {
    expect(() => ensureFollows(REGION, aPlan(plan), aControl({ revision }))).not.toThrow();
  });
});

describe('a provider that fails', () => {
  it('is asked again where that may help, and given up after five tries', async () => {
    const { execute, provider, metrics } = await aStage();
    provider.failWith(new ProviderError('unavailable', 'The cloud is away', 'Wait'));
    await expect(execute(committed())).rejects.toMatchObject({ code: 'unavailable' });
    expect(callsOf(provider)).toEqual(Array.from({ length: 5 }, () => 'grow 1'));
    const { values } = await metrics.providerErrors.get();
    expect(values).toMatchObject([
      { value: 5, labels: { provider: 'process', call: 'grow', code: 'unavailable' } },
    ]);
  }, 20_000);

  it('in a way nobody thought of makes the plan fail, no more', async () => {
    const { execute, provider } = await aStage();
    provider.grow = () => Promise.reject(new TypeError('x is not a function'));
    await expect(execute(committed())).rejects.toMatchObject({ name: 'ProviderError', isRetryable: false });
  });

  it('is not where it does not', async () => {
    const { execute, provider } = await aStage();
    provider.failWith(new ProviderError('not-permitted', 'No', 'Allow it'));
    await expect(execute(committed())).rejects.toMatchObject({ code: 'not-permitted' });
    expect(provider.calls).toHaveLength(1);
  });
});
