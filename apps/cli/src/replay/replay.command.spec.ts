import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { gunzipSync, gzipSync } from 'node:zlib';
import { spillway } from '../testing/spillway.js';
import type { IncidentReport } from './incident/incident-report.js';
import { anIncident, EU } from './testing/an-incident.harness.js';
import { archiveStory } from './testing/archive-story.harness.js';
import { RecordingRouter } from './testing/recording-router.harness.js';
import { Story, T0 } from './testing/story.harness.js';

// The first of them waits for everything that the command loads.
jest.setTimeout(30_000);

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-replay-'));
  file = join(folder, 'incident.jsonl.gz');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const replay = (...args: string[]) => spillway('replay', '--file', file, ...args);

async function reported(...args: string[]): Promise<IncidentReport> {
  const { out } = await replay('--json', ...args);
  return JSON.parse(out) as IncidentReport;
}

/** Changes lines of the archive by hand. */
async function edit(change: (lines: string[]) => string[]): Promise<void> {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n');
  await writeFile(file, gzipSync(change(lines).join('\n')));
}

describe('spillway replay', () => {
  it('tells an incident: the regions at their worst, then what happened', async () => {
    await archiveStory(anIncident(), file);
    const { exitCode, out, err } = await replay();
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toContain('2026-11-22 10:00:00 to 2026-11-22 10:12:00 UTC, 12 min');
    expect(out).toMatch(/^eu-central-1 +82 % +123 % +\d+ ms +5 min +14 % +0 % +3–4 +2$/m);
    expect(out).toMatch(/^quiet: ap-southeast-1$/m);
    expect(out).toMatch(/^10:04:00 {2}eu-central-1 {3}! overloaded: demand 88 % of capacity/m);
    expect(out).not.toContain('not in service yet');
    expect((await replay('--details')).out).toMatch(
      /^10:05:00 .* · eu4: heard for the first time, not in service yet$/m,
    );
  });

  it('tells the same as JSON, with a bounded number of points', async () => {
    await archiveStory(anIncident(), file);
    const report = await reported();
    expect(report).toMatchObject({
      format: 'spillway-incident',
      version: 1,
      from: '2026-11-22T10:00:00.000Z',
      to: '2026-11-22T10:12:00.000Z',
      totals: { decisions: 7920, refusals: 0 },
      policy: { revision: 'night', threshold: 0.8 },
      notes: [],
      kinds: { 'overload-entered': 1, 'node-lost': 1, 'leader-changed': 1 },
    });
    expect(report.points).toEqual({ fromMs: T0, stepMs: 2000, count: 361 });
    for (const { series } of report.regions) {
      for (const values of Object.values(series)) expect(values).toHaveLength(361);
    }
    const europe = report.regions.find(({ region }) => region === EU);
    expect(europe?.overloads).toEqual([{ fromMs: Story.at(240), toMs: Story.at(540) }]);
    expect(report.flows[0]).toEqual({ home: EU, served: 'us-east-1', clients: 804 });
  });

  it('looks at a part of what it has, and knows what was before', async () => {
    await archiveStory(anIncident(), file);
    const report = await reported('--from', '2026-11-22T10:07:05Z', '--to', '2026-11-22T10:08:30Z');
    expect(report.events[0]).toMatchObject({ at: '2026-11-22T10:07:05.000Z', kind: 'node-suspect' });
    expect(report.events.map(({ kind }) => kind)).not.toContain('node-joined');
    const europe = report.regions.find(({ region }) => region === EU);
    expect(europe).toMatchObject({ overloadedMs: 85_000, fewestUsable: 3, mostUsable: 4 });
  });

  it('tells of the regions that are asked for, and of the whole fleet', async () => {
    await archiveStory(anIncident(), file);
    const report = await reported('--region', 'us-east-1');
    expect(report.regions.map(({ region }) => region)).toEqual(['us-east-1']);
    expect(new Set(report.events.map(({ region }) => region))).toEqual(new Set([undefined, 'us-east-1']));
    expect(await replay('--region', 'mars')).toEqual({
      exitCode: 2,
      out: '',
      err: 'spillway: --region mars: there is no such region in this part of the log\n',
    });
  });

  it('says that nothing is there when nothing is', async () => {
    await archiveStory(new Story(null), file);
    const { exitCode, out } = await replay();
    expect(exitCode).toBe(0);
    expect(out).toContain('! There is nothing on the log in this window.');
    expect(out).toContain('Nothing happened.');
  });

  it('says what it cannot read a file for', async () => {
    const { exitCode, err } = await replay();
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^spillway: .*incident\.jsonl\.gz/);
  });
});

describe('a log that is not whole', () => {
  const fleet = () => new Story().node(`${EU}/a`).node(`${EU}/b`).node('us-east-1/c').router('r1');

  it('tells of a gap, and takes nobody in it for silent', async () => {
    await archiveStory(fleet().pass(20).silence(300).lose(1000).pass(20), file);
    const { missing, events, notes, regions } = await reported();
    expect(missing).toEqual([
      {
        from: expect.any(Number),
        to: expect.any(Number),
        cause: 'retention',
        afterMs: Story.at(20),
        untilMs: Story.at(322),
      },
    ]);
    expect(notes).toEqual([expect.stringContaining('A part of the log is missing')]);
    expect(events.filter(({ atMs }) => atMs > T0).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      expect.stringMatching(
        /^log-gap missing: positions \d+ to \d+, 5 min 2 s of log time – the log no longer has it$/,
      ),
    ]);
    const { load } = regions[0]?.series ?? { load: [] };
    expect(load.slice(25, 300).every((value) => value === null)).toBe(true);
    expect(load.at(-1)).toBeGreaterThan(0);
  });

  it('tells of a file that ends too early, and what it holds all the same', async () => {
    await archiveStory(fleet().pass(600), file);
    await truncate(file, 6_000);
    const { exitCode, out } = await replay();
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^! A part of the log is missing/m);
    expect(out).toMatch(/! missing: .*– the file (ends too early|is damaged there)/);
    expect(out).toContain('a, b: in service');
  });

  it('tells of messages of a newer version, and serves the rest', async () => {
    await archiveStory(fleet().pass(20), file);
    await edit((lines) =>
      lines.map((line) =>
        line.replace('.r1.issued', '.r1.promised').replaceAll('"state":"serving"', '"state":"dreaming"'),
      ),
    );
    const { notes, kinds, totals } = await reported();
    expect(notes).toEqual(
      expect.arrayContaining([expect.stringMatching(/\d+ messages cannot be read by this version/)]),
    );
    expect(kinds).toMatchObject({ unreadable: expect.any(Number) });
    expect(totals.entries).toBeGreaterThan(0);
  });

  it('tells when the clock of the log goes back', async () => {
    const story = fleet().pass(60);
    story.atMs -= 40_000;
    await archiveStory(story.pass(10).silence(40).pass(60), file);
    const { events, notes } = await reported();
    expect(events.filter(({ kind }) => kind === 'clock-back').map(({ atMs, text }) => [atMs, text])).toEqual([
      [
        Story.at(60),
        'the clock of the log went back by 38 s, to 10:00:22; what was written until it had caught up is shown at 10:01:00',
      ],
    ]);
    expect(notes).toEqual(['The clock of the log went back once; see clock-back.']);
  });
});

describe('spillway replay --verify', () => {
  function aRecordedStory(): Story {
    const story = new Story().node(`${EU}/a`).node(`${EU}/b`).node('us-east-1/c').node('us-east-1/d');
    story.node('ap-southeast-1/e').router('r1').pass(4);
    const router = new RecordingRouter(story);
    for (let i = 0; i < 20; i++) {
      router.decide(12);
      story.pass(2);
    }
    return story;
  }

  it('derives every decision again', async () => {
    await archiveStory(aRecordedStory(), file);
    expect(await replay('--verify')).toEqual({
      exitCode: 0,
      out: '240 decisions, 0 differ, 0 unverifiable\n',
      err: '',
    });
  });

  it('tells both sides of a decision that is another, and fails', async () => {
    await archiveStory(aRecordedStory(), file);
    await edit((lines) => {
      const changed = lines.findIndex((line) => line.includes('"nodes":["c"]'));
      return lines.map((line, i) => (i === changed ? line.replace('"nodes":["c"]', '"nodes":["d"]') : line));
    });
    const { exitCode, out, err } = await replay('--verify');
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' });
    expect(out).toMatch(/^240 decisions, [1-9]\d* differ, 0 unverifiable$/m);
    expect(out).toMatch(/^r1-boot-\w+ of 2026-11-22T10:00:\S+, at position \d+: nodes differs$/m);
    expect(out).toMatch(/^ {2}recorded {2}d\n {2}derived {3}c$/m);
  });

  it('says why decisions cannot be verified', async () => {
    const story = anIncident();
    await archiveStory(story, file);
    const { exitCode, out } = await replay('--verify');
    expect(exitCode).toBe(0);
    expect(out).toContain('7920 decisions, 0 differ, 7920 unverifiable\n');
    expect(out).toContain('unverifiable: 7920 first-version: recorded by a version that did not tell');
  });

  it('counts what was decided in the window, and reads what was before it', async () => {
    await archiveStory(aRecordedStory(), file);
    const { out } = await replay('--verify', '--json', '--from', '2026-11-22T10:00:30Z');
    expect(JSON.parse(out)).toMatchObject({
      verification: { decisions: { all: 84, differ: 0, unverifiable: 0 }, differences: [] },
    });
  });
});
