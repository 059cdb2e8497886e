import { describe, expect, it } from '@jest/globals';
import { POLICY_KEY, type PolicyDocument } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aPolicy } from '@spillway/testkit';
import { HeardLog } from '../testing/log.harness.js';
import { silentLogger } from '../testing/loggers.harness.js';
import { aControl, aPlan } from '../testing/scripted-loop.harness.js';
import { aTerm } from '../testing/terms.harness.js';
import { until } from '../testing/until.harness.js';
import { aView } from '../testing/views.harness.js';
import { Announcer } from './announcer.js';
import { Restatement } from './restatement.js';

const policy = (revision: string) => aPolicy({ revision });

async function aStage(onLog: PolicyDocument) {
  const bus = new MemoryBus();
  await bus.provision();
  const heard = await HeardLog.of(bus);
  const term = aTerm(9);
  const view = aView(onLog);
  const announcer = new Announcer(bus, term, silentLogger);
  const restatement = new Restatement({ bus, view, term, announcer, logger: silentLogger });
  const revisions = () => heard.of('policy').map(({ policy }) => policy.revision);
  return { bus, heard, restatement, revisions };
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
