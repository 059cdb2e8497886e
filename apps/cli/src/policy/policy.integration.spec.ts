import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { POLICY_SUBJECT, type LogEntry } from '@spillway/contracts';
import { describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { parse } from 'yaml';
import { spillway } from '../testing/spillway.js';
import { withBus } from '../with-bus.js';
import { applyPolicy } from './apply-policy.js';
import { parsePolicy } from './policy-file.js';

describeWith(['nats-server'], 'spillway policy, with a real nats-server', () => {
  let nats: StartedNats;
  const folder = mkdtempSync(join(tmpdir(), 'spillway-policy-'));

  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(async () => {
    await nats.stop();
    rmSync(folder, { recursive: true });
  });

  it('diff tells all of the first policy, and leaves NATS as it is', async () => {
    const path = join(folder, 'first.yaml');
    writeFileSync(path, policyText('first'));
    expect(await spillway('policy', 'diff', path, '--nats', nats.url)).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^\+ revision: first\n/),
    });
    expect(await spillway('policy', 'show', '--nats', nats.url)).toMatchObject({ exitCode: 1 });
  });

  it('show says so while there is none', async () => {
    await withBus(nats.url, (bus) => bus.provision());
    expect(await spillway('policy', 'show', '--nats', nats.url)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('there is no policy yet'),
    });
  });

  it('apply puts a file in the store and on the log, and show gives it back', async () => {
    const path = join(folder, 'policy.yaml');
    writeFileSync(path, policyText('first'));
    expect(await spillway('policy', 'apply', path, '--nats', nats.url)).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^policy in force: "first", region us-east-1 \(log position \d+\)\n$/),
    });
    const { out } = await spillway('policy', 'show', '--nats', nats.url);
    expect(parse(out)).toEqual(parsePolicy(policyText('first'), 'first'));
    expect(await lastPolicyOnLog(nats.url)).toMatchObject({ revision: 'first', defaultRegion: 'us-east-1' });
  });

  it('apply replaces the policy in force', async () => {
    const second = parsePolicy(policyText('second'), 'second');
    await withBus(nats.url, async (bus, signal) => {
      const before = await applyPolicy(bus, second, signal);
      const after = await applyPolicy(bus, { ...second, revision: 'third' }, signal);
      expect(after.stateRevision).toBeGreaterThan(before.stateRevision);
      expect(after.position).toBeGreaterThan(before.position);
    });
    expect(await lastPolicyOnLog(nats.url)).toMatchObject({ revision: 'third' });
  });

  describe('diff', () => {
    const path = join(folder, 'next.yaml');
    const diff = () => spillway('policy', 'diff', path, '--nats', nats.url);

    it('ends with 0 and says nothing when nothing would change', async () => {
      writeFileSync(path, policyText('third'));
      expect(await diff()).toEqual({ exitCode: 0, out: '', err: '' });
    });

    it('ends with 1 and says what would change', async () => {
      writeFileSync(path, `${policyText('fourth')}threshold: 0.75\n`);
      const out = '~ revision: third → fourth\n~ threshold: 0.8 → 0.75\n';
      expect(await diff()).toEqual({ exitCode: 1, out, err: '' });
    });

    it('ends with 2 and says why when it cannot be told', async () => {
      writeFileSync(path, 'revision: r1');
      expect(await diff()).toMatchObject({
        exitCode: 2,
        out: '',
        err: expect.stringMatching(/is no policy/),
      });
    });
  });

  it('apply as a dry run says what would change and changes nothing', async () => {
    const path = join(folder, 'dry.yaml');
    writeFileSync(path, policyText('fifth'));
    const dryRun = () => spillway('policy', 'apply', path, '--dry-run', '--nats', nats.url);
    const out = '~ revision: third → fifth\ndry run: nothing was applied\n';
    expect(await dryRun()).toEqual({ exitCode: 0, out, err: '' });
    expect(await lastPolicyOnLog(nats.url)).toMatchObject({ revision: 'third' });
    writeFileSync(path, policyText('third'));
    expect(await dryRun()).toMatchObject({ exitCode: 0, out: 'dry run: nothing would change\n' });
  });

  it('apply lets nothing of a broken file through', async () => {
    const path = join(folder, 'broken.yaml');
    writeFileSync(path, policyText('broken').replace('us-east-1:', 'us east 1:'));
    expect(await spillway('policy', 'apply', path, '--nats', nats.url)).toMatchObject({
      exitCode: 1,
      out: '',
    });
    expect(await lastPolicyOnLog(nats.url)).toMatchObject({ revision: 'third' });
  });
});

function policyText(revision: string): string {
  return `revision: ${revision}\nregions:\n  us-east-1: { latitude: 39, longitude: -77 }\ndefaultRegion: us-east-1\n`;
}

async function lastPolicyOnLog(url: string) {
  return withBus(url, async (bus) => {
    const entries: LogEntry[] = [];
    await new Promise<void>((resolve, reject) => {
      const listener = {
        onEntry: (entry: LogEntry) => void entries.push(entry),
        onCaughtUp: () => resolve(),
      };
      bus.follow(listener, { filter: POLICY_SUBJECT }).catch(reject);
    });
    const event = entries.at(-1)?.event;
    return event?.kind === 'policy' ? event.policy : undefined;
  });
}
