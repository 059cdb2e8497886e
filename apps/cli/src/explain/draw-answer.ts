import type { DecisionExplanation, ExplainedRegion } from '@spillway/contracts';
import { drawTable } from '../plain-table.js';
import type { Answer } from './answer-question.js';

/** Columns that can be read without moving one's head. */
const WIDTH = 100;
/** Matches that are listed. */
const LISTED = 10;

/** What came of a question, for a terminal. */
export function drawAnswer({ explanation, matches, count, remarks }: Answer): string {
  const parts = remarks.map(wrap);
  if (count > 1) parts.push(drawMatches(matches, count, explanation?.decision.id));
  if (explanation) parts.push(...drawExplanation(explanation));
  return parts.join('\n\n');
}

function drawMatches(matches: Answer['matches'], count: number, explained: string | undefined): string {
  const rows = matches
    .slice(0, LISTED)
    .map(({ id, at, region, nodes, reason }) => [
      id === explained ? '→' : '',
      at.slice(0, 19).replace('T', ' '),
      nodes.join(', '),
      region,
      reason,
      id,
    ]);
  const rest = count > LISTED ? `\n… and ${(count - LISTED).toLocaleString('en')} more` : '';
  const head = `${count.toLocaleString('en')} decisions fit, the newest first; → is explained, the others with their ids:`;
  return `${head}\n${drawTable(['', 'TIME (UTC)', 'NODES', 'REGION', 'REASON', 'DECISION'], rows)}${rest}`;
}

function drawExplanation({ text, derived }: DecisionExplanation): string[] {
  const [decision = '', reason = '', verdict = '', ...rest] = text.map(wrap);
  const table = derived ? [drawRegions(derived.regions)] : [];
  return [decision, reason, verdict, ...table, ...rest];
}

function drawRegions(regions: readonly ExplainedRegion[]): string {
  const rows = regions.toSorted((a, b) => a.rttMs - b.rttMs).map(drawRegion);
  return drawTable(['', 'REGION', 'RTT', 'PRICE', 'SUM', 'LOAD', 'NODES', 'WHY NOT'], rows);
}

function drawRegion(region: ExplainedRegion): string[] {
  const { isServing, isHome, rttMs, priceMs, measured, reserved, feasible, nodes, obstacle } = region;
  return [
    isServing ? '→' : '',
    `${region.region}${isHome ? ' (nearest)' : ''}`,
    rttMs.toFixed(1),
    priceMs.toFixed(1),
    (rttMs + priceMs).toFixed(1),
    measured === null ? 'unknown' : `${((measured + reserved) * 100).toFixed(1)} %`,
    `${feasible} of ${nodes}`,
    obstacle ?? '',
  ];
}

function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}
