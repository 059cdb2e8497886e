import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { archiveStory } from '../replay/testing/archive-story.harness.js';
import { spillway } from '../testing/spillway.js';
import type { WhatIfReport } from './report.js';
import { aBusyPolicy, BusyWorld, HOT } from './testing/busy-world.harness.js';

jest.setTimeout(60_000);

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-what-if-'));
  file = join(folder, 'incident.jsonl.gz');
  const entries = new BusyWorld({ seconds: 60 }).run();
  await archiveStory(
    { batches: [{ gap: null, entries, rejected: [], position: entries.at(-1)?.position ?? 0 }] },
    file,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const whatIf = (...args: string[]) => spillway('what-if', '--file', file, ...args);

describe('spillway what-if', () => {
  it('tells both sides of an archive as text', async () => {
    const { exitCode, out, err } = await whatIf('--add-nodes', `${HOT}=2`, '--set', 'threshold=0.75');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toContain('2026-11-22 10:00:00 to 2026-11-22 10:01:00 UTC, 1 min');
    expect(out).toContain('what if:\n  ~ threshold: 0.8 → 0.75\n  + 2 in eu-central-1\n');
    expect(out).toMatch(/^spill share +\d+\.\d % +\d+\.\d % +[+-]?\d+\.\d points$/m);
    expect(out).toMatch(/^eu-central-1 +\d.* 4 → 6$/m);
    expect(out).toMatch(/^\d+ of \d+ \(.* %\) in another region, /m);
  });

  it('tells the same as JSON, of a part of it', async () => {
    const policy = join(folder, 'other.yaml');
    await writeFile(policy, stringify(aBusyPolicy({ revision: 'other' })));
    const { out } = await whatIf('--json', '--policy', policy, '--from', '2026-11-22T10:00:30Z');
    expect(JSON.parse(out)).toMatchObject({
      format: 'spillway-what-if',
      version: 1,
      source: file,
      from: '2026-11-22T10:00:30.000Z',
      change: { policy: ['~ revision: test → other'], addedNodes: {} },
      kept: {},
      moves: [],
      notes: [],
    });
    const { answers, recorded, changed } = JSON.parse(out) as WhatIfReport;
    expect(answers.same).toBe(answers.all);
    expect(answers.all).toBeGreaterThan(150);
    expect(changed).toEqual(recorded);
  });

  it('names the part of the window there was something to be read of', async () => {
    const { out } = await whatIf('--json', '--strategy', 'nearest', '--from', '2026-11-22T09:00:00Z');
    const { from } = JSON.parse(out) as WhatIfReport;
    expect(Date.parse(from)).toBeGreaterThanOrEqual(Date.parse('2026-11-22T09:59:00Z'));
  });

  it.each([
    [[], 'say what shall have been otherwise: --policy, --strategy, --set or --add-nodes'],
    [['--set', 'thresold=0.7'], '--set thresold: a policy has no such member'],
    [['--set', 'price.gain=1'], '--set price.gain: a policy has no such member'],
    [['--set', 'threshold=7'], 'threshold: Too big'],
    [['--set', 'threshold=0.6'], 'overload.leave'],
    [['--strategy', 'fixed-map'], 'fixedMap'],
    [['--strategy', 'best'], "'best' is invalid"],
    [['--add-nodes', 'eu-central-1'], 'It must be like eu-central-1=2'],
    [['--add-nodes', 'eu-central-1=0'], 'It must be like eu-central-1=2'],
    [['--add-nodes', 'eu-central-9=1'], '"eu-central-9" is not one of the regions; there are eu-central-1'],
    [['--strategy', 'nearest', '--session', '0'], '--session: must be more than 0'],
  ])('refuses %j in one line that says why', async (args, why) => {
    const { exitCode, out, err } = await whatIf(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain(why);
  });

  it('names a policy file that is none, and an archive that is not there', async () => {
    const none = await whatIf('--policy', join(folder, 'none.yaml'));
    expect(none).toMatchObject({ exitCode: 1, out: '' });
    expect(none.err).toContain('none.yaml is no policy');
    const gone = await spillway('what-if', '--strategy', 'nearest', '--file', join(folder, 'gone.gz'));
    expect(gone).toMatchObject({ exitCode: 1, out: '' });
    expect(gone.err).toContain('gone.gz');
  });

  it('says so when nothing of the window is there', async () => {
    const { exitCode, out } = await whatIf('--strategy', 'nearest', '--from', '2026-11-22T12:00:00Z');
    expect(exitCode).toBe(0);
    expect(out).toContain('! Nothing of the window was there to be read.');
  });
});
