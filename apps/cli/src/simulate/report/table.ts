import CliTable from 'cli-table3';
import { beyond, percent } from './figures.js';
import type { RunReport } from './run-report.js';
import { isMet, TARGETS, type Target } from './targets.js';

type Cell = (run: RunReport) => string;
type Column = readonly [head: string, cell: Cell];

/** Columns that tell one run from another; those in which all agree are left out. */
const KEYS: readonly Column[] = [
  ['scenario', ({ scenario }) => scenario],
  ['strategy', ({ options }) => options.strategy],
  ['fleet', ({ options }) => options.fleet],
  ['routers', ({ options }) => String(options.routers)],
  ['beat s', ({ options }) => String(options.heartbeatSeconds)],
  ['seed', ({ options }) => String(options.seed)],
];

const FIGURES: readonly Column[] = [
  ['rtt+ ms', ({ meanExtraMs, optimum }) => beyond(meanExtraMs, optimum?.meanExtraMs).toFixed(2)],
  ['p95+ ms', ({ p95ExtraMs, optimum }) => beyond(p95ExtraMs, optimum?.p95ExtraMs).toFixed(1)],
  ['node>100%', ({ overloadedPercent }) => percent(overloadedPercent)],
  ['node>90%', ({ crowdedPercent }) => percent(crowdedPercent)],
  [
    'reg>80.5%',
    ({ overThresholdPercent, optimum }) =>
      percent(beyond(overThresholdPercent, optimum?.overThresholdPercent)),
  ],
  ['max reg', ({ maxRegionUtilization }) => (100 * maxRegionUtilization).toFixed(1)],
  ['max node', ({ maxNodeUtilization }) => (100 * maxNodeUtilization).toFixed(0)],
  ['spill%', ({ spilledPercent }) => percent(spilledPercent)],
  ['needless%', ({ needlessPercent }) => percent(needlessPercent)],
  ['forced%', ({ forcedPercent }) => percent(forcedPercent)],
  ['onto full%', ({ ontoFullPercent }) => percent(ontoFullPercent)],
  ['flaps/h', ({ flapsPerHour }) => flapsPerHour.toFixed(2)],
  ['steered s', ({ steeredAfterSeconds }) => steeredAfterSeconds.toFixed(1)],
  ['refused', ({ refused, refusedWithRoom }) => `${refusedWithRoom}/${refused}`],
  ['dead', ({ dead }) => String(dead)],
  ['node-h', ({ nodeHours, nodeHoursBound }) => (nodeHours / nodeHoursBound).toFixed(2)],
  ['cut', ({ cutCalls }) => String(cutCalls)],
  ['µs', ({ decisionMicroseconds }) => decisionMicroseconds.toFixed(1)],
  ['sha-256', ({ decisionsSha256 }) => decisionsSha256.slice(0, 8)],
];

const VERDICTS: readonly Column[] = [
  ...TARGETS.map((target): Column => [target.name, (run) => verdictOf(target, run)]),
  ['sha-256', ({ decisionsSha256 }) => decisionsSha256.slice(0, 8)],
];

/** A row per run. Round-trip times and crowded regions are beyond the optimum's where that is known. */
export function drawTable(runs: readonly RunReport[]): string {
  return draw(runs, FIGURES);
}

/** The same as Markdown, for reports. */
export function drawMarkdown(runs: readonly RunReport[]): string {
  return drawAsMarkdown(runs, FIGURES);
}

/** Whether each run keeps to each target: what is missed is marked, what does not apply left out. */
export function drawTargets(runs: readonly RunReport[]): string {
  return draw(runs, VERDICTS);
}

/** The same as Markdown. */
export function drawTargetsMarkdown(runs: readonly RunReport[]): string {
  return drawAsMarkdown(runs, VERDICTS);
}

function verdictOf(target: Target, run: RunReport): string {
  const isKept = isMet(target, run);
  if (isKept === undefined) return '';
  const value = target.show(target.value(run));
  return isKept ? value : `✗ ${value}`;
}

function draw(runs: readonly RunReport[], figures: readonly Column[]): string {
  const columns = [...keysOf(runs), ...figures];
  const table = new CliTable({
    head: columns.map(([head]) => head),
    style: { head: [], border: [], compact: true },
  });
  table.push(...runs.map((run) => columns.map(([, cell]) => cell(run))));
  return table.toString();
}

function drawAsMarkdown(runs: readonly RunReport[], figures: readonly Column[]): string {
  const keys = keysOf(runs);
  const columns = [...keys, ...figures];
  const rows = runs.map((run) => columns.map(([, cell]) => cell(run)));
  const heads = (of: readonly Column[]) => of.map(([head]) => head);
  return markdownTable(heads(keys), heads(figures), rows);
}

/** @param names heads of the columns of text, before those of the `figures`. */
export function markdownTable(
  names: readonly string[],
  figures: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const rule = [...names.map(() => '---'), ...figures.map(() => '--:')];
  return [[...names, ...figures], rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The columns that tell these runs from one another. */
export function keysOf(runs: readonly RunReport[]): readonly Column[] {
  return KEYS.filter(([head, cell]) => head === 'scenario' || new Set(runs.map(cell)).size > 1);
}
