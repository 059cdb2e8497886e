import type { Group } from './groups.js';
import type { Offered } from './offered.js';
import { keptShare, weightsOf, type Loss, type Problem } from './problem.js';

/** A load this small, in kbit/s, is nobody. */
const LEAST_KBPS = 1;
/** A smaller part of a region is no node, but how a mean comes out. */
const LEAST_SHARE = 1e-6;

/**
 * Adds to a problem what becomes of a region's calls when nodes of it are gone: of those who were at home there as
 * many as lost their node begin anew, all at once, and their load goes on as theirs would have.
 *
 * @param isAutoscaled nodes are taken out when they are empty: only a region without any has lost its calls.
 */
export function withLostNodes(problem: Problem, isAutoscaled: boolean): Problem {
  const losses = Array.from({ length: problem.regions }, (_, region) => lossesOf(problem, region)).flat();
  return losses
    .filter(({ left }) => left === 0 || !isAutoscaled)
    .sort((a, b) => a.from - b.from)
    .reduce(withLoss, problem);
}

function lossesOf({ offered, capacityKbps }: Problem, region: number): Loss[] {
  const capacityIn = (bucket: number) => capacityKbps[region * offered.buckets + bucket] ?? 0;
  return Array.from({ length: offered.buckets }, (_, from) => {
    const left = capacityIn(from) / capacityIn(from - 1);
    return { region, from, left };
  }).filter(({ from, left }) => from > 0 && left < 1 - LEAST_SHARE);
}

function withLoss(problem: Problem, loss: Loss): Problem {
  const { buckets } = problem.offered;
  const groups: Group[] = [...problem.groups];
  const calls = [...problem.offered.calls];
  const kbps = [...problem.offered.kbps];
  for (const [g, group] of problem.groups.entries()) {
    if (group.home !== loss.region) continue;
    const rest = restOf(problem, g, loss);
    const [load = 0] = rest;
    if (load < LEAST_KBPS) continue;
    groups.push({ ...group, weights: rest.map((value) => value / load) });
    const row = Array.from({ length: buckets }, () => 0);
    kbps.push(...row.with(loss.from, load));
    calls.push(...row.with(loss.from, load / meanKbps(problem.offered)));
  }
  const offered = { buckets, calls: Float64Array.from(calls), kbps: Float64Array.from(kbps) };
  return { ...problem, groups, offered, losses: [...(problem.losses ?? []), loss] };
}

/** The load of a group's earlier calls that lose their node, as it would have gone on. */
function restOf(problem: Problem, group: number, { region, from, left }: Loss): number[] {
  const { buckets, kbps } = problem.offered;
  const weights = weightsOf(problem, group);
  return Array.from({ length: Math.min(weights.length, buckets - from) }, (_, k) => {
    let load = 0;
    for (let bucket = 0; bucket < from; bucket++) {
      const weight = (weights[from + k - bucket] ?? 0) * keptShare(problem, region, bucket, from + k);
      load += (1 - left) * (kbps[group * buckets + bucket] ?? 0) * weight;
    }
    return load;
  });
}

function meanKbps({ calls, kbps }: Offered): number {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return sum(kbps) / sum(calls);
}
