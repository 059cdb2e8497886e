import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { subjectOf } from '@spillway/contracts';
import { Archive } from './archive.js';
import { see, setLog, START_MS } from './archive.harness.js';
import { cleanText } from './leave-out.js';

describe('a text that is handed on', () => {
  it.each([
    ['drained for 198.51.100.7, who complained', 'drained for [left out], who complained'],
    ['peer 198.51.100.7:3478 is loud', 'peer [left out] is loud'],
    ['from 2001:db8::17.', 'from [left out]'],
    ['from [2001:db8:1:2:3:4:5:6]:443', 'from [[left out]]:443'],
    ['user 1795342200:alice has trouble', 'user [left out] has trouble'],
    ['credential was Zm9vYmFyZm9vYmFyZm9vYmFyZm8=', 'credential was [left out]'],
    ['call me: alice@example.com', 'call me: [left out]'],
    ['GET https://bob:s3cret@hooks.example.com/x failed', 'GET https://[left out]hooks.example.com/x failed'],
    ['Authorization: Bearer abc.def-ghi', '[left out]'],
    ['{"token":"abc"}', '{"[left out]"}'],
    ['password=hunter2 was wrong', '[left out] was wrong'],
    ['MASTER_SECRET=abcdef is no number', 'MASTER_[left out] is no number'],
    ['SecretAccessKey: wJalr/K7MDENG, region', '[left out], region'],
    ['x-amz-security-token:IQoJb3JpZ2luX2VjE', 'x-amz-security-[left out]'],
    ['no key AKIAIOSFODNN7EXAMPLE', 'no key [left out]'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'jwt [left out]'],
    ['seed SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTC4', 'seed [left out]'],
  ])('has no secret and no address: %s', (text, clean) => {
    expect(cleanText(text).text).toBe(clean);
    expect(cleanText(text).count).toBeGreaterThan(0);
  });

  it.each([
    'maintenance of rack 12 from 10:15 to 11:30:00',
    'scale from 2 to 4: demand 3.75 nodes at 0.81',
    'eu-central-1/euc1-a1 runs coturn 4.17.1',
    'at 2026-11-22T10:00:00.000Z the token expired',
    'no address is face: it, nor :: alone as in std::vector, nor 1.2.3',
  ])('is left as it is where there is none: %s', (text) => {
    expect(cleanText(text)).toEqual({ text, count: 0 });
  });
});

const at = new Date(START_MS).toISOString();
const HASH = '0123456789abcdef'.repeat(4);
const NASTY = 'client 198.51.100.7 as 1795342200:alice with Zm9vYmFyZm9vYmFyZm9vYmFyZm8=';

describe('an archive', () => {
  it('carries no secret and no address of a client, whatever people and providers write', async () => {
    const stage = await setLog();
    stage.beat('n1', 1);
    const command = { at, id: 'c', command: 'drain', instanceId: 'i', deadlineSeconds: 1, expiresAt: at };
    stage.put(subjectOf.command('us-east-1', 'n1'), { ...command, reason: NASTY, note: NASTY });
    const reasons = [{ step: 'grow', isTaken: true, code: 'a', detail: NASTY }];
    const steps = { drain: [], undrain: [], terminate: [], reasons, outcome: 'failed', error: NASTY };
    const plan = { revision: 1, parentRevision: null, generation: 1, current: 1, desired: 2 };
    stage.put(subjectOf.scale('us-east-1'), { at, ...plan, ...steps });
    stage.put('turn.v1.policy', { at, policy: aPolicyWithSecrets() });
    stage.put('turn.v1.of-tomorrow', { note: NASTY });
    stage.put(subjectOf.heartbeat('us-east-1', 'n1'), { note: NASTY });
    const { path, end } = await stage.export({}, 'log.jsonl');

    const text = await readFile(path, 'utf8');
    for (const secret of ['198.51.100', '1795342200:', 'Zm9v', HASH, 'hunter2', '/hooks/', 'alice']) {
      expect(text).not.toContain(secret);
    }
    expect(end).toMatchObject({ entries: 4, rejected: 2, leftOut: 9 });
    const { entries, gaps } = await see((await Archive.open(path)).read({}));
    expect(gaps).toEqual([]);
    expect(entries.map(({ event }) => event.kind)).toEqual(['heartbeat', 'command', 'scale', 'policy']);
    expect(entries[3]?.event).toMatchObject({
      policy: {
        tenants: { acme: { keys: [], regions: { require: ['us-east-1'] } } },
        regions: {
          'us-east-1': { scaling: { provider: { kind: 'webhook', url: 'http://10.1.2.3:8080' } } },
        },
      },
    });
  });

  it('says that there was a message that cannot be told without its secrets', async () => {
    const stage = await setLog();
    const reason = '::1 '.repeat(60);
    const command = { at, id: 'c', command: 'drain', instanceId: 'i', deadlineSeconds: 1, expiresAt: at };
    stage.put(subjectOf.command('us-east-1', 'n1'), { ...command, reason });
    const { path, end } = await stage.export();
    expect(end).toMatchObject({ entries: 0, rejected: 1 });
    expect(await see((await Archive.open(path)).read({}))).toEqual({ entries: [], gaps: [], rejected: [1] });
  });
});

function aPolicyWithSecrets(): object {
  const scaling = (provider: object) => ({ max: 3, provider });
  return {
    revision: 'p',
    defaultRegion: 'us-east-1',
    tenants: { acme: { keys: [{ sha256: HASH }], regions: { require: ['us-east-1'] } } },
    regions: {
      'us-east-1': { scaling: scaling({ kind: 'webhook', url: 'http://10.1.2.3:8080/hooks/hunter2' }) },
      'eu-central-1': { scaling: scaling({ kind: 'docker', image: 'relay', env: { GREETING: 'hunter2' } }) },
    },
  };
}
