import { describe, expect, it } from '@jest/globals';
import { POLICY_KEY, subjectOf, type Command, type PolicyDocument } from '@spillway/contracts';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { aDrain } from '../testing/commands.harness.js';
import { HeardLog } from '../testing/log.harness.js';
import { silentLogger } from '../testing/loggers.harness.js';
import { aControl, aPlan } from '../testing/scripted-loop.harness.js';
import { aTerm } from '../testing/terms.harness.js';
import { until } from '../testing/until.harness.js';
import { AT, aView } from '../testing/views.harness.js';
import { Announcer } from './announcer.js';
import { Restatement } from './restatement.js';

const policy = (revision: string) => aPolicy({ revision });

async function aStage(onLog: PolicyDocument) {
  const bus = new MemoryBus(new MemoryLog(() => AT));
  await bus.provision();
  const heard = await HeardLog.of(bus);
  const term = aTerm(9);
  const view = aView(onLog);
  const announcer = new Announcer(bus, term, silentLogger);
  const restatement = new Restatement({
    bus,
    view,
    term,
    announcer,
    logger: silentLogger,
    logMaxAgeSeconds: 3_600,
  });
  const revisions = () => heard.of('policy').map(({ policy }) => policy.revision);
  return { bus, heard, restatement, revisions, view };
}

describe('the policy, said again', () => {
  it('is the one that is stored, with members that only a newer version knows', async () => {
    const { bus, restatement, revisions } = await aStage(policy('one'));
    await bus.state.put(POLICY_KEY, { ...policy('one'), tomorrow: true }, undefined);
    expect(await restatement.policy()).toBe(1);
    expect(revisions()).toEqual(['one']);
    const [message] = bus.log.stream?.messages ?? [];
    expect(new TextDecoder().decode(message?.data)).toContain('"tomorrow":true');
  });

  it('is the one on the log where none is stored', async () => {
    const { restatement, revisions } = await aStage(policy('one'));
    await restatement.policy();
    expect(revisions()).toEqual(['one']);
  });

  it('is the stored one where the log never got it', async () => {
    const { bus, restatement, revisions } = await aStage(policy('one'));
    await bus.state.put(POLICY_KEY, policy('two'), undefined);
    await restatement.policy();
    expect(revisions()).toEqual(['two']);
  });

  it('never stands after a newer one that came at the same time', async () => {
    const { bus, restatement, revisions } = await aStage(policy('one'));
    const stored = await bus.state.put(POLICY_KEY, policy('one'), undefined);
    const record = bus.record.bind(bus);
    let isFirst = true;
    bus.record = async (...args) => {
      if (isFirst) await bus.state.put(POLICY_KEY, policy('two'), stored);
      isFirst = false;
      return record(...args);
    };
    await restatement.policy();
    expect(revisions()).toEqual(['one', 'two']);
  });
});

describe('a policy that was stored and never announced', () => {
  it('is announced, once, when it is still missing at the second look', async () => {
    const { bus, restatement, revisions } = await aStage(policy('one'));
    await bus.state.put(POLICY_KEY, policy('two'), undefined);
    await restatement.healPolicy();
    expect(bus.log.stream?.lastPosition).toBe(0);
    await Promise.all([restatement.healPolicy(), restatement.healPolicy()]);
    await restatement.healPolicy();
    expect(revisions()).toEqual(['two']);
  });

  it('is tried on where the log does not take it', async () => {
    const { bus, restatement, revisions } = await aStage(policy('one'));
    await bus.state.put(POLICY_KEY, policy('two'), undefined);
    const record = bus.record.bind(bus);
    bus.record = () => Promise.reject(new Error('the log is full'));
    await restatement.healPolicy();
    await expect(restatement.healPolicy()).rejects.toThrow('the log is full');
    bus.record = record;
    await restatement.healPolicy();
    expect(revisions()).toEqual(['two']);
  });

  it('is none where the log has it, where none is stored, or where this version cannot read it', async () => {
    const { bus, restatement } = await aStage(policy('one'));
    const look = async () => {
      for (let n = 0; n < 3; n++) await restatement.healPolicy();
    };
    await look();
    const revision = await bus.state.put(POLICY_KEY, policy('one'), undefined);
    await look();
    await bus.state.put(POLICY_KEY, { regions: 'none' }, revision);
    await look();
    expect(bus.log.stream?.lastPosition).toBe(0);
  });
});

describe('a region, said again', () => {
  it('has its overload and its last plan, under the generation of who says it', async () => {
    const { restatement, heard } = await aStage(policy('one'));
    const at = '2026-11-22T09:00:00.000Z';
    restatement.region(
      'us-east-1',
      aControl({
        overload: { state: 'entered', sinceMs: Date.parse(at) },
        demand: 0.9,
        plan: { ...aPlan({ generation: 3 }), at, outcome: 'done', error: null },
      }),
    );
    await until(() => heard.entries.length === 2);
    expect(heard.of('overload')[0]?.overload).toMatchObject({
      state: 'entered',
      utilization: 0.9,
      since: at,
    });
    expect(heard.plans('us-east-1')).toMatchObject([{ outcome: 'done', generation: 9, at }]);
  });

  it('says nothing where there is nothing to say', async () => {
    const { restatement, heard } = await aStage(policy('one'));
    restatement.region('us-east-1', aControl());
    await restatement.policy();
    expect(heard.entries.map(({ event }) => event.kind)).toEqual(['policy']);
  });
});

describe('an operator’s drain, said again', () => {
  async function aDrainedNode() {
    const stage = await aStage(policy('one'));
    const { bus, view } = stage;
    await bus.follow({ onEntry: (entry) => void view.fold(entry) });
    let orders = 0;
    const order = (overrides: Partial<Command> = {}) =>
      bus.record(subjectOf.command('us-east-1', 'n1'), aDrain(overrides), `order-${++orders}`);
    const heartbeat = aHeartbeat({ region: 'us-east-1', nodeId: 'n1', instanceId: 'i-1', commandId: 'c-1' });
    await order();
    bus.publish(subjectOf.heartbeat('us-east-1', 'n1'), heartbeat);
    await until(() => view.standingDrains.all.length === 1);
    return { ...stage, order };
  }

  it('is the same order with the same deadline, valid for as long as the log is kept, however often', async () => {
    const { heard, restatement, view } = await aDrainedNode();
    for (let n = 1; n <= 2; n++) {
      await restatement.drains();
      await until(() => heard.commands('n1').length === n + 1 && view.fleet.position === n + 2);
    }
    const again = aDrain({ isStanding: true, expiresAt: new Date(AT + 3_600_000).toISOString() });
    expect(heard.commands('n1').slice(1)).toEqual([again, again]);
  });

  it('never comes after the undrain that took its place and was not read yet', async () => {
    const { bus, heard, restatement, view, order } = await aDrainedNode();
    const drains = view.standingDrains.all;
    await order({ id: 'c-2', command: 'undrain' });
    Object.defineProperty(view.standingDrains, 'all', { value: drains });
    await restatement.drains();
    const end = await bus.record(subjectOf.command('us-east-1', 'n2'), aDrain(), 'end');
    await until(() => heard.entries.at(-1)?.position === end);
    expect(heard.commands('n1').map(({ id }) => id)).toEqual(['c-1', 'c-2']);
  });

  it('comes on a log that was made anew, too', async () => {
    const { bus, heard, restatement } = await aDrainedNode();
    bus.log.wipe();
    bus.log.provision();
    await restatement.drains();
    await until(() => heard.commands('n1').at(-1)?.isStanding);
    expect(bus.log.stream?.lastPosition).toBe(1);
  });
});
