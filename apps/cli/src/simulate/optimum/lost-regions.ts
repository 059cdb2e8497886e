import type { Group } from './groups.js';
import type { Offered } from './offered.js';
import type { Problem } from './problem.js';

/** A load this small, in kbit/s, is nobody. */
const LEAST_KBPS = 1;

/**
 * Adds to a problem what becomes of a region's calls when it is gone: those who were at home there begin anew, all
 * at once, and their load goes on as theirs would have. Regions that end without capacity are taken to be gone.
 */
export function withLostRegions(problem: Problem): Problem {
  const goneFrom = new Map<number, number>();
  for (let region = 0; region < problem.regions; region++) {
    const from = goneSince(problem, region);
    if (from !== undefined) goneFrom.set(region, from);
  }
  if (goneFrom.size === 0) return problem;
  const groups: Group[] = [...problem.groups];
  const { buckets } = problem.offered;
  const calls = [...problem.offered.calls];
  const kbps = [...problem.offered.kbps];
  for (const [g, group] of problem.groups.entries()) {
    const from = goneFrom.get(group.home);
    if (from === undefined) continue;
    const rest = restOf(problem, g, from);
    const [load = 0] = rest;
    if (load < LEAST_KBPS) continue;
    groups.push({ ...group, weights: rest.map((value) => value / load) });
    const row = Array.from({ length: buckets }, () => 0);
    kbps.push(...row.with(from, load));
    calls.push(...row.with(from, load / meanKbps(problem.offered)));
  }
  const offered = { buckets, calls: Float64Array.from(calls), kbps: Float64Array.from(kbps) };
  return { ...problem, groups, offered, goneFrom };
}

function goneSince({ offered, capacityKbps }: Problem, region: number): number | undefined {
  const { buckets } = offered;
  let from = buckets;
  while (from > 0 && capacityKbps[region * buckets + from - 1] === 0) from--;
  return from < buckets && from > 0 ? from : undefined;
}

/** The load of a group's earlier calls from a bucket on. */
function restOf({ offered, weights }: Problem, group: number, from: number): number[] {
  const { buckets, kbps } = offered;
  return Array.from({ length: Math.min(weights.length, buckets - from) }, (_, k) => {
    let load = 0;
    for (let bucket = 0; bucket < from; bucket++) {
      load += (kbps[group * buckets + bucket] ?? 0) * (weights[from + k - bucket] ?? 0);
    }
    return load;
  });
}

function meanKbps({ calls, kbps }: Offered): number {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return sum(kbps) / sum(calls);
}
