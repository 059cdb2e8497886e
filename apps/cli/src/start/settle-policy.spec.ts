import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { POLICY_KEY, POLICY_SUBJECT, type LogEntry } from '@spillway/contracts';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import { applyPolicy } from '../policy/apply-policy.js';
import { parsePolicy, readPolicyFile } from '../policy/policy-file.js';
import { settlePolicy } from './settle-policy.js';

const shipped = fileURLToPath(new URL('../../../../deploy/policy.default.yaml', import.meta.url));
const choice = {
  given: undefined,
  fallback: shipped,
  regions: ['us-east-1', 'eu-central-1', 'ap-southeast-1'],
};
const signal = new AbortController().signal;

describe('settlePolicy', () => {
  let bus: MemoryBus;
  const policy = { ...readPolicyFile(shipped), revision: 'mine' };
  beforeEach(() => {
    bus = new MemoryBus(new MemoryLog());
  });

  it('puts the default in force where there is none', async () => {
    expect(await settlePolicy(bus, choice, signal)).toMatch(/^policy "[^"]+" in force$/);
    expect(await policiesOnLog(bus)).toEqual([readPolicyFile(shipped).revision]);
  });

  it('keeps the one in force, and records it no second time', async () => {
    await applyPolicy(bus, policy, signal);
    expect(await settlePolicy(bus, choice, signal)).toBe('policy "mine" in force, kept');
    expect((await bus.state.get(POLICY_KEY))?.value).toEqual(policy);
    expect(await policiesOnLog(bus)).toEqual(['mine']);
  });

  it('puts the one in force on a log that has lost it', async () => {
    await bus.provision();
    await bus.state.put(POLICY_KEY, policy, undefined);
    await settlePolicy(bus, choice, signal);
    expect(await policiesOnLog(bus)).toEqual(['mine']);
  });

  it('replaces it by one that is given', async () => {
    await applyPolicy(bus, policy, signal);
    await settlePolicy(bus, { ...choice, given: shipped }, signal);
    expect((await bus.state.get(POLICY_KEY))?.value).toEqual(readPolicyFile(shipped));
  });

  it('leaves the policy of another fleet alone, and says so', async () => {
    const other = parsePolicy(
      'revision: mine\nregions: { us-east-1: { latitude: 39, longitude: -77 } }\ndefaultRegion: us-east-1',
      'other',
    );
    await applyPolicy(bus, other, signal);
    await expect(settlePolicy(bus, choice, signal)).rejects.toMatchObject({
      code: 'cannot-start',
      message: expect.stringMatching(
        /"mine", has no eu-central-1, ap-southeast-1: NATS serves another fleet.*--policy/,
      ),
    });
    expect((await bus.state.get(POLICY_KEY))?.value).toEqual(other);
  });
});

async function policiesOnLog(bus: MemoryBus): Promise<string[]> {
  const revisions: string[] = [];
  const onEntry = ({ event }: LogEntry) => {
    if (event.kind === 'policy') revisions.push(event.policy.revision);
  };
  await (await bus.follow({ onEntry }, { filter: POLICY_SUBJECT })).stop();
  return revisions;
}
