import type { RunReport } from './run-report.js';
import { keysOf, markdownTable } from './table.js';
import { isMet, TARGETS, type Target } from './targets.js';

/**
 * A row for all seeds of what is the same run otherwise: of each target the worst, marked with how many seeds miss it.
 * `undefined` when there is but one seed.
 */
export function drawSeedsMarkdown(runs: readonly RunReport[]): string | undefined {
  if (new Set(runs.map(({ options }) => options.seed)).size < 2) return undefined;
  const keys = keysOf(runs).filter(([head]) => head !== 'seed');
  const groups = new Map<string, RunReport[]>();
  for (const run of runs) {
    const name = keys.map(([, cell]) => cell(run)).join(' ');
    groups.set(name, [...(groups.get(name) ?? []), run]);
  }
  const rows: string[][] = [];
  for (const group of groups.values()) {
    const [first] = group;
    const name = keys.map(([, cell]) => (first ? cell(first) : ''));
    const seeds = group.map(({ options }) => options.seed).join(', ');
    rows.push([...name, seeds, ...TARGETS.map((target) => worstOf(target, group))]);
  }
  const names = [...keys.map(([head]) => head), 'seeds'];
  return markdownTable(
    names,
    TARGETS.map(({ name }) => name),
    rows,
  );
}

function worstOf(target: Target, runs: readonly RunReport[]): string {
  const judged = runs.filter((run) => isMet(target, run) !== undefined);
  if (judged.length === 0) return '';
  const worst = target.show(Math.max(...judged.map(target.value)));
  const missed = judged.filter((run) => isMet(target, run) === false).length;
  return missed === 0 ? worst : `✗ ${worst} (${missed} of ${judged.length})`;
}
