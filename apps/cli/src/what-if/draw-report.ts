import { duration } from '../log/wording.js';
import { drawTable } from '../plain-table.js';
import type { RegionSideReport, SideReport, WhatIfReport } from './report.js';

/** Moves that are told; the rest is counted. */
const SHOWN_MOVES = 12;

/** What would have been, as text: what it rests on, both sides, the regions, who would have gone where. */
export function drawReport(report: WhatIfReport, emphasize: (text: string) => string): string {
  const blocks = [
    [...describeWindow(report), ...report.notes.map((note) => emphasize(`! ${note}`))],
    [drawSides(report.recorded, report.changed)],
    ...(report.regions.length > 0 ? [[drawRegions(report)]] : []),
    [...describeAnswers(report), ...describeKept(report)],
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function describeWindow({ source, from, to, answers, recorded, change }: WhatIfReport): string[] {
  const added = Object.entries(change.addedNodes).map(([region, count]) => `+ ${count} in ${region}`);
  const changes = [...change.policy, ...added];
  return [
    `${from.slice(0, 19).replace('T', ' ')} to ${to.slice(0, 19).replace('T', ' ')} UTC, ${duration(Date.parse(to) - Date.parse(from))}`,
    `${source}: ${recorded.placed} decisions, ${answers.all - recorded.placed} refusals`,
    ...(changes.length > 0
      ? ['what if:', ...changes.map((line) => `  ${line}`)]
      : ['what if: the same policy']),
  ];
}

function drawSides(recorded: SideReport, changed: SideReport): string {
  const row = (
    name: string,
    of: (side: SideReport) => number | null,
    show: (value: number | null) => string,
    showDifference = show,
  ) => {
    const [before, after] = [of(recorded), of(changed)];
    const by = before === null || after === null ? null : after - before;
    const sign = by !== null && by > 0 ? '+' : '';
    return [name, show(before), show(after), by === null ? '' : `${sign}${showDifference(by)}`];
  };
  return drawTable(
    ['', 'RECORDED', 'WHAT IF', 'DIFFERENCE'],
    [
      row('spill share', ({ spillShare }) => spillShare, percent, points),
      row('round trip, mean', ({ rtt }) => rtt.meanMs, milliseconds),
      row('round trip, p95', ({ rtt }) => rtt.p95Ms, milliseconds),
      row('refusals', ({ refused }) => refused, String),
      row('load, mean', ({ meanBps }) => meanBps, bandwidth),
      row('node-hours', ({ nodeHours }) => nodeHours, fixed(2)),
      row('node-hours needed', ({ neededNodeHours }) => neededNodeHours, fixed(2)),
    ],
  );
}

function drawRegions({ regions }: WhatIfReport): string {
  const both = (a: string, b: string) => (a === b ? a : `${a} → ${b}`);
  const cells = (of: (side: RegionSideReport) => string) => (region: WhatIfReport['regions'][number]) =>
    both(of(region.recorded), of(region.changed));
  const peak = cells(({ peakLoad }) => percent(peakLoad));
  const mean = cells(({ meanLoad }) => percent(meanLoad));
  const full = cells(({ fullSeconds }) => (fullSeconds > 0 ? duration(fullSeconds * 1000) : '-'));
  const clients = cells((side) => `${side.clients}`);
  const nodes = cells(({ mostUsable }) => `${mostUsable}`);
  const rows = regions.map((region) => [
    region.region,
    peak(region),
    mean(region),
    full(region),
    clients(region),
    nodes(region),
  ]);
  return drawTable(['REGION', 'PEAK LOAD', 'MEAN LOAD', 'FULL', 'CLIENTS', 'NODES'], rows);
}

function describeAnswers({ answers, moves }: WhatIfReport): string[] {
  const { all, otherRegion, otherNode, refusedInstead, placedInstead } = answers;
  const share = (count: number) => `${count} of ${all} (${percent(all > 0 ? count / all : null)})`;
  const hidden = moves.slice(SHOWN_MOVES).reduce((sum, { clients }) => sum + clients, 0);
  const width = Math.max(0, ...moves.map(({ from, to }) => from.length + to.length + 3));
  return [
    `${share(otherRegion)} in another region, ${share(otherNode)} on another node of the same region`,
    ...(refusedInstead > 0 ? [`${refusedInstead} refused that were placed`] : []),
    ...(placedInstead > 0 ? [`${placedInstead} placed that were refused`] : []),
    ...moves
      .slice(0, SHOWN_MOVES)
      .map(({ from, to, clients }) => `  ${`${from} → ${to}`.padEnd(width)}  ${clients}`),
    ...(hidden > 0 ? [`  and ${hidden} more between other regions`] : []),
  ];
}

function describeKept({ kept, answers }: WhatIfReport): string[] {
  const reasons = Object.entries(kept);
  if (reasons.length === 0) return [];
  const count = reasons.reduce((sum, [, each]) => sum + each, 0);
  const why = reasons.map(([reason, each]) => `${each} ${reason}`).join(', ');
  return [`kept as recorded, since they cannot be derived again: ${count} of ${answers.all} (${why})`];
}

function percent(share: number | null): string {
  return share === null ? '?' : `${(share * 100).toFixed(1)} %`;
}

function points(share: number | null): string {
  return `${((share ?? 0) * 100).toFixed(1)} points`;
}

function milliseconds(ms: number | null): string {
  return ms === null ? '?' : `${ms.toFixed(1)} ms`;
}

function bandwidth(bps: number | null): string {
  return bps === null ? '?' : `${(bps / 1e6).toFixed(1)} Mbit/s`;
}

function fixed(digits: number): (value: number | null) => string {
  return (value) => (value === null ? '?' : value.toFixed(digits));
}
