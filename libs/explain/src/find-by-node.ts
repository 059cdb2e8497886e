import { findMatching, type FoundDecisions } from './find-matching.js';
import type { FoundDecision } from './found-decision.js';
import type { SearchedLog, SearchOptions } from './searched-log.js';

export interface NodeAt {
  readonly node: string;
  /** Log time in ms. */
  readonly atMs: number;
  /** Decisions so long before and after count. */
  readonly withinMs: number;
}

/** A router tells what it decided within a quarter of a second; cut off from the log, later. */
const TOLD_WITHIN_MS = 60_000;

/** Finds who was sent to a node about a time; the best is the nearest to it. */
export async function findByNode(
  log: SearchedLog,
  { node, atMs, withinMs }: NodeAt,
  options: SearchOptions = {},
): Promise<FoundDecisions & { readonly best: FoundDecision | undefined }> {
  const [from, to] = [Math.max(0, atMs - withinMs), atMs + withinMs];
  const found = await findMatching(
    log,
    { from: { ms: from }, to: { ms: to + TOLD_WITHIN_MS } },
    ({ nodes }, at) => nodes.includes(node) && at >= from && at <= to,
    options,
  );
  const [best] = found.decisions.toSorted((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs));
  return { ...found, best };
}
