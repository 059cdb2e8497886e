import { area, line } from 'd3-shape';
import type { Timeline } from '../metrics/timeline.js';
import type { RunReport } from './run-report.js';

const WIDTH = 560;
const HEIGHT = 90;
/** Top of the scale. */
const FULL = 1.1;
const FLOWS_SHOWN = 30;

/**
 * A page that shows one run: per region its load over the time and the share of its clients that were sent away,
 * and below who went where. Stands alone: no scripts, nothing to load.
 */
export function drawPicture(report: RunReport, regions: readonly string[], timeline: Timeline): string {
  const { scenario, options } = report;
  const title = `${scenario}, ${options.strategy}, ${options.fleet}, ${options.routers} routers, seed ${options.seed}`;
  const charts = regions.map((region, r) => drawRegion(region, r, timeline, options.startHour));
  return [
    '<!doctype html><meta charset="utf-8">',
    `<title>${title}</title>`,
    '<style>body{font:13px sans-serif;margin:2em}figure{display:inline-block;margin:0 1em 1em 0}',
    'figcaption{font-weight:bold}td,th{padding:2px 10px;text-align:left}td.n{text-align:right}</style>',
    `<h1>${title}</h1>`,
    '<p>Blue: load ÷ capacity. Red: the share of the region’s own clients that were served elsewhere. Line: 80 %.</p>',
    ...charts,
    drawFlows(regions, timeline),
  ].join('\n');
}

function drawRegion(region: string, r: number, timeline: Timeline, startHour: number): string {
  const { steps, regions, utilization, calls, spilled, stepMs } = timeline;
  const x = (step: number) => (step / steps) * WIDTH;
  const y = (value: number) => HEIGHT * (1 - Math.min(FULL, value) / FULL);
  const at = (step: number) => step * regions + r;
  const index = Array.from({ length: steps }, (_, step) => step);
  const load = area<number>(x, HEIGHT, (step) => y(utilization[at(step)] ?? 0))(index) ?? '';
  const away =
    line<number>(x, (step) => y((spilled[at(step)] ?? 0) / Math.max(1, calls[at(step)] ?? 0)))(index) ?? '';
  const stepsPerHour = 3_600_000 / stepMs;
  const hours = index.filter((step) => step % (stepsPerHour * Math.ceil(steps / stepsPerHour / 8)) === 0);
  const labels = hours.map((step) => {
    const hour = (startHour + step / stepsPerHour) % 24;
    return `<text x="${x(step)}" y="${HEIGHT + 12}" font-size="10">${hour} h</text>`;
  });
  return [
    `<figure><figcaption>${region}</figcaption>`,
    `<svg width="${WIDTH}" height="${HEIGHT + 16}">`,
    `<path d="${load}" fill="#9ecae1"/>`,
    `<path d="${away}" fill="none" stroke="#d62728"/>`,
    `<line x1="0" x2="${WIDTH}" y1="${y(0.8)}" y2="${y(0.8)}" stroke="#333" stroke-dasharray="4"/>`,
    ...labels,
    '</svg></figure>',
  ].join('');
}

function drawFlows(regions: readonly string[], { flows, regions: count }: Timeline): string {
  const all = flows.reduce((sum, value) => sum + value, 0);
  const spill = [...flows]
    .map((calls, i) => ({ calls, home: Math.floor(i / count), served: i % count }))
    .filter(({ calls, home, served }) => calls > 0 && home !== served)
    .sort((a, b) => b.calls - a.calls)
    .slice(0, FLOWS_SHOWN);
  const rows = spill.map(({ calls, home, served }) => {
    const percent = ((100 * calls) / all).toFixed(3);
    return `<tr><td>${regions[home]}<td>${regions[served]}<td class="n">${calls}<td class="n">${percent} %`;
  });
  return `<h2>Who went where</h2><table><tr><th>home<th>served in<th>calls<th>of all${rows.join('')}</table>`;
}
