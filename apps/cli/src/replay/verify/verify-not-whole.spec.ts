import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spillway } from '../../testing/spillway.js';
import { archiveStory } from '../testing/archive-story.harness.js';
import { RecordingRouter } from '../testing/recording-router.harness.js';
import { Story } from '../testing/story.harness.js';
import type { VerificationReport } from './describe-verification.js';

// The first of them waits for everything that the command loads.
jest.setTimeout(30_000);

const ROUNDS = 45;
const PER_ROUND = 12;
const ALL = ROUNDS * PER_ROUND;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-verify-'));
  file = join(folder, 'incident.jsonl.gz');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A minute and a half of decisions. @param happen comes before the round of that number. */
function record(happen: (story: Story, round: number) => void = () => undefined): Story {
  const story = new Story().node('eu-central-1/a').node('eu-central-1/b').node('us-east-1/c');
  story.node('us-east-1/d').node('ap-southeast-1/e').node('ap-southeast-1/f').router('r1').pass(4);
  const router = new RecordingRouter(story);
  for (let round = 0; round < ROUNDS; round++) {
    happen(story, round);
    router.decide(PER_ROUND);
    story.pass(2);
  }
  return story;
}

/** Leaves so many entries out, as a log does that has lost them. */
function withHole({ batches }: Story, at: number, size: number): Pick<Story, 'batches'> {
  const [first, last] = [batches[at], batches[at + size - 1]];
  const gap = { from: first?.position ?? 0, to: last?.position ?? 0, cause: 'retention' as const };
  const [next, ...rest] = batches.slice(at + size);
  return { batches: [...batches.slice(0, at), ...(next ? [{ ...next, gap }] : []), ...rest] };
}

async function edit(change: (lines: string[]) => string[]): Promise<void> {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n');
  await writeFile(file, gzipSync(change(lines).join('\n')));
}

/** The same as text and as JSON; both must end alike. */
async function verify(exitCode = 0): Promise<{ text: string; report: VerificationReport }> {
  const [text, json] = [
    await spillway('replay', '--file', file, '--verify'),
    await spillway('replay', '--file', file, '--verify', '--json'),
  ];
  expect([text.exitCode, text.err, json.exitCode]).toEqual([exitCode, '', exitCode]);
  return {
    text: text.out,
    report: (JSON.parse(json.out) as { verification: VerificationReport }).verification,
  };
}

describe('decisions on a log that is not whole', () => {
  it('are in doubt for a while after a part that is missing, which is told', async () => {
    await archiveStory(withHole(record(), 60, 20), file);
    const { text, report } = await verify();
    expect(text).toMatch(/^missing: positions 61 to 80 – the log no longer has it$/m);
    const { decisions, unverifiable, missingParts } = report;
    expect([missingParts, decisions.differ]).toEqual([1, 0]);
    expect(Object.keys(unverifiable).filter((doubt) => !['gap', 'lost-decisions'].includes(doubt))).toEqual(
      [],
    );
    // What was lost counts as load for half a minute.
    expect(decisions.unverifiable).toBeGreaterThan(0);
    expect(decisions.unverifiable).toBeLessThan(0.5 * ALL);
  });

  it('are verified up to where the file ends too early, which is told and is no success', async () => {
    await archiveStory(record(), file);
    const whole = (await readFile(file)).length;
    await truncate(file, Math.floor(whole * 0.7));
    const { text, report } = await verify(3);
    expect(text).toMatch(/^the file is not whole: /m);
    expect(report.isFileWhole).toBe(false);
    expect(text).toMatch(/^missing: .* – the file (ends too early|is damaged there)/m);
    expect(report.decisions).toMatchObject({ differ: 0, unverifiable: 0 });
    expect(report.decisions.all).toBeGreaterThan(0.3 * ALL);
    expect(report.decisions.all).toBeLessThan(ALL);
  });

  it('are verified beside messages of a newer version, which are counted', async () => {
    const story = record((story, round) => {
      if (round % 20 === 5) story.plan('ap-southeast-1', { outcome: 'planned' });
    });
    await archiveStory(story, file);
    await edit((lines) => lines.map((line) => line.replace('"outcome":"planned"', '"outcome":"dreamt"')));
    // Who changes a file does not know its checksum.
    const { text, report } = await verify(3);
    expect(text).toMatch(/^unreadable: 2 messages that this version does not understand$/m);
    expect(report).toMatchObject({ unreadable: 2, decisions: { all: ALL, differ: 0, unverifiable: 0 } });
  });

  it('are verified over a clock that goes back, and one that goes forward', async () => {
    const story = record((story, round) => {
      if (round === 10) story.atMs -= 40_000;
      if (round !== 20) return;
      story.atMs += 90_000;
      story.pass(2);
    });
    await archiveStory(story, file);
    const { text } = await verify();
    expect(text).toBe(`${ALL} decisions, 0 differ, 0 unverifiable\n`);
  });
});
