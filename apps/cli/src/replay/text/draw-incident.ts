import { drawTable } from '../../plain-table.js';
import type { IncidentReport, ReportedEvent } from '../incident/incident-report.js';
import type { RegionReport } from '../incident/region-report.js';
import { duration } from '../../log/wording.js';
import { milliseconds, percent, someOf } from '../incident/wording.js';

export interface DrawOptions {
  /** Also what matters little. */
  readonly withDetails: boolean;
  /** Makes alarms stand out. */
  readonly emphasize: (text: string) => string;
}

/** An incident as text: what it rests on, the regions at their worst, then what happened. */
export function drawIncident(report: IncidentReport, options: DrawOptions): string {
  const { notes, regions, events, eventsLeftOut } = report;
  const blocks = [[...describeWindow(report), ...notes.map((note) => options.emphasize(`! ${note}`))]];
  if (regions.length > 0) blocks.push(drawRegions(regions));
  const shown = options.withDetails ? events : events.filter(({ level }) => level !== 'detail');
  const hidden = events.length - shown.length;
  const timeline = drawEvents(shown, options.emphasize);
  if (hidden > 0) timeline.push(`(${hidden} details are left out; --details shows them)`);
  if (eventsLeftOut > 0) timeline.push(`(${eventsLeftOut} events too many to be told)`);
  blocks.push(timeline.length > 0 ? timeline : ['Nothing happened.']);
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function describeWindow({ source, fromMs, toMs, from, to, totals, policy }: IncidentReport): string[] {
  const { entries, decisions, refusals } = totals;
  const governed = policy ? `, policy ${policy.revision} (${policy.strategy})` : '';
  return [
    `${from.slice(0, 19).replace('T', ' ')} to ${to.slice(0, 19).replace('T', ' ')} UTC, ${duration(toMs - fromMs)}`,
    `${source}: ${entries} messages, ${decisions} decisions, ${refusals} refusals${governed}`,
  ];
}

function drawRegions(regions: readonly RegionReport[]): string[] {
  const lively = regions.filter(({ isQuiet }) => !isQuiet);
  const quiet = regions.filter(({ isQuiet }) => isQuiet).map(({ region }) => region);
  const lines: string[] = [];
  if (lively.length > 0) {
    const head = [
      'REGION',
      'PEAK LOAD',
      'DEMAND',
      'PRICE',
      'OVERLOAD',
      'SPILL OUT',
      'SPILL IN',
      'NODES',
      'ALARMS',
    ];
    lines.push(drawTable(head, lively.map(regionRow)));
  }
  if (quiet.length > 0) lines.push(`quiet: ${quiet.length > 12 ? someOf(quiet) : quiet.join(', ')}`);
  return lines;
}

function regionRow(region: RegionReport): string[] {
  const { fewestUsable, mostUsable } = region;
  return [
    region.region,
    percent(region.peakLoad),
    percent(region.peakDemand),
    milliseconds(region.peakPriceMs),
    region.overloadedMs > 0 ? duration(region.overloadedMs) : '-',
    percent(region.spillOut),
    percent(region.spillIn),
    fewestUsable === mostUsable ? `${mostUsable ?? '?'}` : `${fewestUsable ?? '?'}–${mostUsable ?? '?'}`,
    `${region.alarms}`,
  ];
}

function drawEvents(events: readonly ReportedEvent[], emphasize: DrawOptions['emphasize']): string[] {
  const width = Math.max(0, ...events.map(({ region = '' }) => region.length));
  let day = '';
  return events.flatMap(({ at, region = '', level, text }) => {
    const isNewDay = at.slice(0, 10) !== day;
    day = at.slice(0, 10);
    const line = `${at.slice(11, 19)}  ${region.padEnd(width)} ${MARKS[level]} ${text}`;
    const told = level === 'alarm' ? emphasize(line) : line;
    return isNewDay ? [`${day} UTC`, told] : [told];
  });
}

const MARKS = { alarm: '!', notice: ' ', detail: '·' } as const;
