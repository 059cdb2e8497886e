import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { archiveStory } from '../replay/testing/archive-story.harness.js';
import { RecordingRouter } from '../replay/testing/recording-router.harness.js';
import { Story, T0 } from '../replay/testing/story.harness.js';
import { spillway } from '../testing/spillway.js';
import type { Answer } from './answer-question.js';

// The first of them waits for everything that the command loads.
jest.setTimeout(30_000);

const EU = 'eu-central-1';
let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-explain-'));
  file = join(folder, 'incident.jsonl.gz');
  const story = new Story();
  for (const id of [`${EU}/eu1`, `${EU}/eu2`, 'us-east-1/us1', 'ap-southeast-1/ap1']) story.node(id);
  story.pass(60);
  const router = new RecordingRouter(story);
  for (let i = 0; i < 10; i++) {
    router.decide(3);
    story.pass(6);
  }
  await archiveStory(story, file);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const explain = (...args: string[]) => spillway('explain', '--file', file, ...args);
const joined = (text: string) => text.replaceAll(/\s+/g, ' ');

async function answered(...args: string[]): Promise<Answer> {
  return JSON.parse((await explain('--json', ...args)).out) as Answer;
}

describe('spillway explain', () => {
  it('says in plain words why a client got its node', async () => {
    const { exitCode, out, err } = await explain('r1-boot-0');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const said = joined(out);
    expect(said).toContain('near 50° N, 9° E, was given eu');
    expect(said).toContain('it is the nearest region the client may use');
    expect(said).toContain('the decision comes out the same');
    expect(said).toMatch(/Why not us-east-1 \(.* round trip, no price, .*\): \d+ ms worse\./);
    expect(said).toMatch(/Why eu\d: eu-central-1 had 2 nodes to hand out\. Each decision draws two/);
    expect(said).toContain('What would have changed it, all else as it was: us-east-1 would have served');
    expect(out).toMatch(/^→ {2}eu-central-1 \(nearest\) +\d+\.\d +0\.0/m);
  });

  it('says the same as JSON', async () => {
    const { explanation } = await answered('r1-boot-0');
    expect(explanation).toMatchObject({
      decision: { id: 'r1-boot-0', router: 'r1', region: EU },
      verdict: { kind: 'same' },
      derived: { strategy: 'priced', regions: [{}, { isServing: true, obstacle: null }, {}] },
    });
  });

  it('lists those that were sent to a node about a time, and explains the nearest', async () => {
    const at = new Date(T0 + 66_500).toISOString();
    const { explanation, count } = await answered('--node', 'us1', '--at', at, '--within', '1h');
    expect(count).toBe(10);
    expect(explanation?.decision).toMatchObject({ at: '2026-11-22T10:01:06.000Z', nodes: ['us1'] });
    const { out } = await explain('--node', 'us1', '--at', at, '--within', '1h');
    expect(out).toContain('10 decisions fit, the newest first');
    expect(out.match(/^→ {2}2026-11-22 10:01:06 {2}us1/gm)).toHaveLength(1);
  });

  it('takes the user name of a request without a user, which is the decision', async () => {
    const expiry = (T0 + 60_000) / 1000 + 600;
    expect((await answered(`${expiry}:r1-boot-1`)).explanation?.decision.id).toBe('r1-boot-1');
    expect((await answered('--user', 'r1-boot-1')).explanation?.decision.id).toBe('r1-boot-1');
  });

  it('says what was looked through and why nothing may be there, with exit code 1', async () => {
    const unknown = await explain('1795342200:mallory');
    expect(unknown.exitCode).toBe(1);
    expect(joined(unknown.out)).toMatch(
      /no decision for "mallory" \(hash c0a49776\) before 2026-11-22 10:10:00 UTC: 30 decisions were looked through the log goes back only to 2026-11-22 10:00:00 UTC: .* likely reasons:/,
    );
    const never = await explain('r1-boot-zz');
    expect([never.exitCode, joined(never.out)]).toEqual([
      1,
      expect.stringContaining('has told of no such decision'),
    ]);
    const other = await explain('r9-boot-0');
    expect([other.exitCode, joined(other.out)]).toEqual([
      1,
      expect.stringContaining('is of this run of the router'),
    ]);
    const node = await explain('--node', 'eu9', '--at', '2026-11-22T10:01:00Z');
    expect([node.exitCode, joined(node.out)]).toEqual([1, expect.stringContaining('nobody was sent to eu9')]);
    expect(await answered('r9-boot-0')).toMatchObject({ explanation: null, matches: [], count: 0 });
  });

  it('refuses what it cannot read, with exit code 2', async () => {
    const { exitCode, err } = await explain('what?');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('is no decision id: give a decision id')]);
  });
});
