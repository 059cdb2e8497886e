import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMet, showTarget, showValue, type Figure } from './figure.js';
import type { Machine } from './machine.js';

/** What one part measured, where and when. */
export interface PartResult {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** RFC 3339. */
  readonly at: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

const JSON_FILE = 'speed.json';
const MARKDOWN_FILE = 'speed.md';

/** Puts a part's result among those of the folder, in place of its last; `order` is that of the parts. */
export function saveResult(folder: string, result: PartResult, order: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const others = readResults(folder).filter(({ name }) => name !== result.name && order.includes(name));
  const all = [...others, result].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  writeFileSync(join(folder, JSON_FILE), `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(join(folder, MARKDOWN_FILE), toMarkdown(all));
}

function readResults(folder: string): PartResult[] {
  try {
    return JSON.parse(readFileSync(join(folder, JSON_FILE), 'utf8')) as PartResult[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function toMarkdown(results: readonly PartResult[]): string {
  const parts = results.map(({ title, about, at, machine, figures }) => {
    const { cpu, cores, memoryGiB, node, system } = machine;
    const where = `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${system}; ${at.slice(0, 10)}`;
    return `## ${title}\n\n${about}\n\n${toTable(figures)}\n\n${where}\n`;
  });
  return `# Speed\n\nWritten by \`npm run bench\`.\n\n${parts.join('\n')}`;
}

const HEAD = ['what', 'measured', 'must be', 'from'];

function toTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    showValue(figure),
    `${showTarget(figure.target)}${isMet(figure) === false ? ' ✗' : ''}`,
    figure.detail ?? '',
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
