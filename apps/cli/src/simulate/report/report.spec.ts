import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyObservation } from '../engine/observer.js';
import { Timeline } from '../metrics/timeline.js';
import { aReport } from './a-report.harness.js';
import { drawPicture } from './picture.js';
import { readReports } from './read-reports.js';
import { ResultStore } from './result-store.js';
import { drawMarkdown, drawTable } from './table.js';

const OPTIMUM = {
  meanExtraMs: 0.5,
  p95ExtraMs: 1,
  spilledPercent: 3,
  overThresholdPercent: 0,
  solveSeconds: 1,
};

describe('the table', () => {
  it('shows round-trip times beyond the optimum', () => {
    const row = drawMarkdown([aReport({ meanExtraMs: 0.75, p95ExtraMs: 3, optimum: OPTIMUM })]).split(
      '\n',
    )[2];
    expect(row).toContain('| calm | 0.25 | 2.0 |');
  });

  it('has a column for what the runs differ in, and none for what they have in common', () => {
    const { options } = aReport();
    const table = drawTable([aReport(), aReport({ options: { ...options, seed: 2 } })]);
    expect(table).toContain('seed');
    expect(table).not.toContain('fleet');
  });

  it('does not show as zero what is not', () => {
    const cells = drawMarkdown([aReport({ overloadedPercent: 0.0001 })]);
    expect(cells).toContain('| <0.001 |');
  });
});

describe('the store', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'spillway-results-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('gives back what was run with the same options, and nothing else', async () => {
    const store = await ResultStore.open(folder);
    const report = aReport({ optimum: OPTIMUM });
    expect(await store.read(report)).toBeUndefined();
    await store.write(report, '<p>');
    expect(await store.read(report)).toEqual(report);
    expect(await store.read({ ...report, options: { ...report.options, seed: 2 } })).toBeUndefined();
    expect(await store.read({ ...report, scenario: 'liar' })).toBeUndefined();
  });

  it('is read as a whole, as is a file of all of its runs', async () => {
    const store = await ResultStore.open(folder);
    await expect(readReports(folder)).rejects.toMatchObject({ code: 'no-reports' });
    const runs = [aReport({ optimum: OPTIMUM }), aReport({ scenario: 'liar' })];
    for (const run of runs) await store.write(run, '<p>');
    expect(await readReports(folder)).toEqual(runs);
    const file = join(folder, 'all.txt');
    await writeFile(file, JSON.stringify(runs));
    expect(await readReports(file)).toEqual(runs);
  });

  it('takes a file that is not whole for none', async () => {
    const store = await ResultStore.open(folder);
    await store.write(aReport(), '<p>');
    const json = (await readdir(folder)).find((name) => name.endsWith('.json'));
    await writeFile(join(folder, json ?? ''), '{"scenario": "ca');
    expect(await store.read(aReport())).toBeUndefined();
  });
});

describe('the picture', () => {
  it('shows every region, and who went where', () => {
    const timeline = new Timeline(2, 0, 3_600_000, 60_000);
    for (let i = 0; i < 4; i++) timeline.decided({ ...emptyObservation(), at: i, home: 0, region: i % 2 });
    const page = drawPicture(aReport(), ['west', 'east'], timeline);
    expect(page).toContain('<figcaption>west</figcaption>');
    expect(page).toContain('<td>west<td>east<td class="n">2<td class="n">50.000 %');
  });
});
