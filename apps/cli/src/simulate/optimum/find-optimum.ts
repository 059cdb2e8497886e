import { REGION_OVER } from '../metrics/load-metrics.js';
import type { Timeline } from '../metrics/timeline.js';
import { Arrivals } from '../world/arrivals.js';
import type { Demand } from '../world/demand.js';
import { MAX_LENGTH_MS, survival } from '../world/sessions.js';
import type { World } from '../world/world.js';
import type { OptimumReport } from '../report/run-report.js';
import { groupCells } from './groups.js';
import { loadSolver } from './linear-program.js';
import { offeredLoad } from './offered.js';
import { withLostNodes } from './lost-nodes.js';
import { solveOptimum } from './optimum.js';
import type { Assignment, Problem } from './problem.js';
import { loadWeights } from './weights.js';

export const BUCKET_MS = 15 * 60_000;
/** Regions are filled up to here, no further. */
const TARGET = 0.8;

/** What the best rule there can be would have come to, had it known everything beforehand. */
export async function findOptimum(
  world: World,
  demand: Demand,
  {
    seed,
    unusedShare,
    isAutoscaled = false,
  }: { readonly seed: number; readonly unusedShare: number; readonly isAutoscaled?: boolean | undefined },
  { from, to, timeline }: { readonly from: number; readonly to: number; readonly timeline: Timeline },
): Promise<OptimumReport> {
  const begin = performance.now();
  const grouping = groupCells(world);
  // Calls from before count as load; whom the optimum moves among them does not count as decisions.
  const early = Math.ceil(MAX_LENGTH_MS / BUCKET_MS);
  const first = from - early * BUCKET_MS;
  const arrivals = new Arrivals(demand, world.cells.length, seed, first, to, unusedShare);
  const offered = offeredLoad(arrivals, grouping, first, to, BUCKET_MS);
  const problem: Problem = {
    groups: grouping.groups,
    offered,
    capacityKbps: capacities(timeline, offered.buckets, early),
    regions: world.regions.length,
    weights: loadWeights(BUCKET_MS, survival),
    target: TARGET,
  };
  const whole = withLostNodes(problem, isAutoscaled);
  const assignment = solveOptimum(whole, await loadSolver());
  return { ...summarise(whole, assignment, early), solveSeconds: (performance.now() - begin) / 1000 };
}

/** Mean capacity of each region in each bucket; before the time that counts, as at its beginning. */
function capacities(
  { regions, steps, stepMs, capacityKbps }: Timeline,
  buckets: number,
  early: number,
): Float64Array {
  const perBucket = BUCKET_MS / stepMs;
  return Float64Array.from({ length: regions * buckets }, (_, i) => {
    const region = Math.floor(i / buckets);
    const first = Math.max(0, (i % buckets) - early) * perBucket;
    let sum = 0;
    const last = Math.min(steps, first + perBucket);
    for (let step = first; step < last; step++) sum += capacityKbps[step * regions + region] ?? 0;
    return last > first ? sum / (last - first) : 0;
  });
}

function summarise({ offered, capacityKbps }: Problem, { moves, loadKbps }: Assignment, early: number) {
  const { buckets, calls } = offered;
  let all = 0;
  for (const [i, count] of calls.entries()) if (i % buckets >= early) all += count;
  const counted = moves.filter(({ bucket }) => bucket >= early).sort((a, b) => b.extraMs - a.extraMs);
  let [extraMs, moved, over, load] = [0, 0, 0, 0];
  let p95ExtraMs = 0;
  for (const move of counted) {
    extraMs += move.extraMs * move.calls;
    moved += move.calls;
    if (moved >= 0.05 * all && p95ExtraMs === 0) p95ExtraMs = move.extraMs;
  }
  for (const [i, kbps] of loadKbps.entries()) {
    if (i % buckets < early) continue;
    load += kbps;
    if (kbps > REGION_OVER * (capacityKbps[i] ?? 0)) over += kbps;
  }
  return {
    meanExtraMs: extraMs / all,
    p95ExtraMs,
    spilledPercent: (100 * moved) / all,
    overThresholdPercent: (100 * over) / load,
  };
}
