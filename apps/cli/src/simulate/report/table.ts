import CliTable from 'cli-table3';
import type { RunReport } from './run-report.js';

const COLUMNS: readonly (readonly [head: string, cell: (run: RunReport) => string])[] = [
  ['scenario', ({ scenario }) => scenario],
  ['strategy', ({ options }) => options.strategy],
  ['fleet', ({ options }) => options.fleet],
  ['routers', ({ options }) => String(options.routers)],
  ['beat s', ({ options }) => String(options.heartbeatSeconds)],
  ['seed', ({ options }) => String(options.seed)],
  ['rtt+ ms', ({ meanExtraMs }) => meanExtraMs.toFixed(2)],
  ['p95+', ({ p95ExtraMs }) => p95ExtraMs.toFixed(1)],
  ['>100 %', ({ overloadedPercent }) => share(overloadedPercent)],
  ['>90 %', ({ crowdedPercent }) => share(crowdedPercent)],
  ['>80.5 %', ({ overThresholdPercent }) => share(overThresholdPercent)],
  ['max region', ({ maxRegionUtilization }) => (100 * maxRegionUtilization).toFixed(1)],
  ['spill %', ({ spilledPercent }) => share(spilledPercent)],
  ['needless %', ({ needlessPercent }) => share(needlessPercent)],
  ['onto full %', ({ ontoFullPercent }) => share(ontoFullPercent)],
  ['flaps/h', ({ flapsPerHour }) => flapsPerHour.toFixed(2)],
  ['refused', ({ refused, refusedWithRoom }) => `${refused}/${refusedWithRoom}`],
  ['dead', ({ dead }) => String(dead)],
  ['µs', ({ decisionMicroseconds }) => decisionMicroseconds.toFixed(1)],
  ['sha-256', ({ decisions256 }) => decisions256.slice(0, 8)],
];

/** A row per run. */
export function drawTable(runs: readonly RunReport[]): string {
  const table = new CliTable({
    head: COLUMNS.map(([head]) => head),
    style: { head: [], border: [], compact: true },
  });
  table.push(...runs.map((run) => COLUMNS.map(([, cell]) => cell(run))));
  return table.toString();
}

/** Per cent; what is not zero is not shown as zero. */
function share(percent: number): string {
  if (percent === 0) return '0';
  return percent < 0.001 ? '<0.001' : percent.toFixed(percent < 0.1 ? 3 : 2);
}
