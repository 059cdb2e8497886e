import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith, openBrowser } from '@spillway/testkit';
import { spillway } from '../../testing/spillway.js';
import type { IncidentReport } from '../incident/incident-report.js';
import { anIncident, EU } from '../testing/an-incident.harness.js';
import { archiveStory } from '../testing/archive-story.harness.js';
import { Story } from '../testing/story.harness.js';

jest.setTimeout(60_000);

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

describeWith(['chromium'], 'the page of an incident, in a browser', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let report: IncidentReport;
  let written: Awaited<ReturnType<typeof spillway>>;
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spillway-page-'));
    const [file, html] = [join(folder, 'incident.jsonl.gz'), join(folder, 'incident.html')];
    const story = anIncident();
    const evil = '</script><img src=x onerror=alert(1)>';
    story.plan(EU, { revision: 9, outcome: 'failed', error: evil }).pass(2);
    await archiveStory(story, file);
    written = await spillway('replay', '--file', file, '--html', html);
    report = JSON.parse((await spillway('replay', '--file', file, '--json')).out) as IncidentReport;
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(html).href);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const regionOf = (id: string) => {
    const found = report.regions.find(({ region }) => region === id);
    if (!found) throw new Error(`no region ${id}`);
    return found;
  };
  const section = (id: string) => page.locator(`.region[data-region="${id}"]`);

  /** Points at a moment in a chart of a region, and reads what all its charts say then. */
  async function readAt(id: string, ms: number): Promise<string[]> {
    const { fromMs, stepMs, count } = report.points;
    const plot = section(id).locator('.u-over').first();
    const box = await plot.boundingBox();
    if (!box) throw new Error('the chart is not shown');
    const lastMs = Math.max(report.toMs, fromMs + (count - 1) * stepMs);
    await page.mouse.move(box.x + (box.width * (ms - fromMs)) / (lastMs - fromMs), box.y + box.height / 2);
    return section(id).locator('figcaption .key').allTextContents();
  }

  it('is written to a file', () => {
    const out = expect.stringMatching(/incident\.html is written: open it in a browser\n$/);
    expect(written).toEqual({ exitCode: 0, out, err: '' });
  });

  it('asks nobody for anything, and complains of nothing', async () => {
    expect(asked.filter((url) => !url.startsWith('file://'))).toEqual([]);
    expect(asked).toHaveLength(1);
    expect(complaints).toEqual([]);
    expect(await page.locator('img').count()).toBe(0);
  });

  it('holds what --json tells', async () => {
    const held: unknown = JSON.parse((await page.locator('#report').textContent()) ?? '');
    expect(held).toEqual(report);
  });

  it.each([200, 330, 450, 600])(
    'shows in its charts what --json tells, %s s after the beginning',
    async (seconds) => {
      for (const id of [EU, 'us-east-1']) {
        const shown = await readAt(id, Story.at(seconds));
        const clock = await page.locator('#at').textContent();
        const point =
          (Date.parse(`${clock?.slice(0, 10)}T${clock?.slice(11, 19)}Z`) - report.points.fromMs) /
          report.points.stepMs;
        expect(Math.abs(point * report.points.stepMs - seconds * 1000)).toBeLessThanOrEqual(
          2 * report.points.stepMs,
        );
        const { series } = regionOf(id);
        const at = (values: readonly (number | null)[]) => values[point] ?? null;
        const percent = (value: number | null) => {
          const hundred = (value ?? 0) * 100;
          return `${hundred < 10 ? Math.round(hundred * 10) / 10 : Math.round(hundred)} %`;
        };
        expect(shown).toEqual([
          `load ${percent(at(series.load))}`,
          `peak ${percent(at(series.loadPeak))}`,
          `demand ${percent(at(series.demand))}`,
          `price ${at(series.price)} ms`,
          `out ${percent(at(series.spillOut))}`,
          `in ${percent(at(series.spillIn))}`,
          `usable ${at(series.usable)}`,
          `known ${at(series.nodes)}`,
        ]);
      }
    },
  );

  it('shows the regions in trouble first, and quiet ones when asked to', async () => {
    const titles = await page.locator('#lively .region h2').allTextContents();
    expect(titles).toEqual([EU, 'us-east-1']);
    expect(await page.locator('.quiet .uplot').count()).toBe(0);
    await page.locator('.quiet > summary').click();
    expect(await page.locator('.quiet .uplot').count()).toBe(4);
  });

  it('zooms all charts and the timeline together', async () => {
    const rows = page.locator('.timeline tr[data-ms]:visible');
    const before = await rows.count();
    expect(before).toBe(report.events.filter(({ level }) => level !== 'detail').length);
    await page.locator('.timeline tr.alarm').first().click();
    const during = await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-ms'))));
    expect(during.length).toBeLessThan(before);
    const first = report.events.find(({ level }) => level === 'alarm')?.atMs ?? 0;
    expect(Math.max(...during.map((ms) => Math.abs(ms - first)))).toBeLessThanOrEqual(61_000);
    await page.locator('#whole').click();
    expect(await rows.count()).toBe(before);
  });

  it('narrows the timeline down', async () => {
    const rows = page.locator('.timeline tr[data-ms]:visible');
    await page.locator('#level').selectOption('alarm');
    expect(await rows.count()).toBe(report.events.filter(({ level }) => level === 'alarm').length);
    await page.locator('#level').selectOption('alarm notice detail');
    expect(await rows.count()).toBe(report.events.length);
    await page.locator('#region').selectOption('us-east-1');
    const here = report.events.filter(({ region }) => region === undefined || region === 'us-east-1');
    expect(await rows.count()).toBe(here.length);
  });

  it('can be read without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(page.url());
    expect(await plain.locator('.timeline tr.alarm').first().textContent()).toContain(
      'overloaded: demand 88 %',
    );
    await context.close();
  });
});
