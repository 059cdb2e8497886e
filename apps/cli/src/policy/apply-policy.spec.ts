import { expect, it } from '@jest/globals';
import { POLICY_KEY, POLICY_SUBJECT, policySchema } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aPolicy } from '@spillway/testkit';
import { applyPolicy } from './apply-policy.js';

const signal = new AbortController().signal;

/** All of them: whoever follows is told of the last alone. */
function policiesOnLog({ log }: MemoryBus): string[] {
  const told = (log.stream?.messages ?? []).filter(({ subject }) => subject === POLICY_SUBJECT);
  return told.map(
    ({ data }) => policySchema.parse(JSON.parse(new TextDecoder().decode(data))).policy.revision,
  );
}

/** Its announcements wait for `meanwhile`, once: what somebody else does between storing and announcing. */
class SlowBus extends MemoryBus {
  constructor(
    log: MemoryBus['log'],
    private meanwhile: () => Promise<unknown>,
  ) {
    super(log);
  }

  override async record(...args: Parameters<MemoryBus['record']>): Promise<number> {
    const first = this.meanwhile;
    this.meanwhile = async () => {};
    await first();
    return super.record(...args);
  }
}

it('Of two policies at once, the one that is stored is the last on the log, whoever is slow', async () => {
  const other = new MemoryBus();
  const slow = new SlowBus(other.log, () => applyPolicy(other, aPolicy({ revision: 'second' }), signal));
  const { isInForce } = await applyPolicy(slow, aPolicy({ revision: 'first' }), signal);
  expect((await other.state.get(POLICY_KEY))?.value).toMatchObject({ revision: 'second' });
  expect(policiesOnLog(other).at(-1)).toBe('second');
  expect(isInForce).toBe(false);
});

it('A policy that was stored and never announced is announced by whoever was about to announce the one before', async () => {
  const other = new MemoryBus();
  const slow = new SlowBus(other.log, async () => {
    const { revision } = (await other.state.get(POLICY_KEY)) ?? {};
    await other.state.put(POLICY_KEY, aPolicy({ revision: 'second' }), revision);
  });
  await applyPolicy(slow, aPolicy({ revision: 'first' }), signal);
  expect(policiesOnLog(other)).toEqual(['first', 'second']);
});

it('A policy nobody interferes with is announced once, and in force', async () => {
  const bus = new MemoryBus();
  expect(await applyPolicy(bus, aPolicy({ revision: 'only' }), signal)).toMatchObject({ isInForce: true });
  expect(policiesOnLog(bus)).toEqual(['only']);
});
