import type { Highs } from 'highs';
import type { Group } from './groups.js';
import { LinearProgram } from './linear-program.js';
import type { Offered } from './offered.js';

/** What the optimum is asked for. Loads in kbit/s, at `region · buckets + bucket`. */
export interface Problem {
  readonly groups: readonly Group[];
  readonly offered: Offered;
  readonly capacityKbps: Float64Array;
  readonly regions: number;
  /** See `loadWeights`. */
  readonly weights: readonly number[];
  /** Regions are to stay at or below this. */
  readonly target: number;
}

/** Calls of a group and a bucket that are sent away from home. */
export interface Move {
  readonly group: number;
  readonly bucket: number;
  readonly region: number;
  readonly extraMs: number;
  readonly calls: number;
}

export interface Assignment {
  readonly moves: readonly Move[];
  /** Load of each region and bucket. */
  readonly loadKbps: Float64Array;
}

/** ms of a call for its being over the target for one bucket: more than any way around costs. */
const OVER_COST_MS = 2_000;
/** Weights below this are left out. */
const LEAST_WEIGHT = 0.002;
/** Rounds of looking who else has to move; two or three do. */
const MAX_ROUNDS = 12;
const TOLERANCE = 1e-6;

/**
 * The least round-trip time at which no region is over the target, as far as that can be had: nobody moves after
 * they have begun, and everything is known beforehand.
 *
 * 1. Without moves everybody is at home. Who may move are those whose home is over the target during their calls.
 * 2. A linear program says who does, and where to.
 * 3. Where that fills another region up, its own clients may move as well: again from 2.
 */
export function solveOptimum(problem: Problem, highs: Highs): Assignment {
  const atHome = homeLoad(problem);
  const full = new Uint8Array(atHome.length);
  markFull(problem, atHome, full);
  for (let round = 0; ; round++) {
    const assignment = solveRound(problem, atHome, full, highs);
    if (!markFull(problem, assignment.loadKbps, full) || round === MAX_ROUNDS) return assignment;
  }
}

function homeLoad({ groups, offered, regions, weights }: Problem): Float64Array {
  const { buckets, kbps } = offered;
  const load = new Float64Array(regions * buckets);
  for (const [g, { home }] of groups.entries()) {
    for (let s = 0; s < buckets; s++) {
      const amount = kbps[g * buckets + s] ?? 0;
      for (let t = s; t < Math.min(buckets, s + weights.length); t++) {
        load[home * buckets + t] = (load[home * buckets + t] ?? 0) + amount * (weights[t - s] ?? 0);
      }
    }
  }
  return load;
}

/** Marks regions and buckets that are at the target or over. @returns whether any was not marked yet. */
function markFull({ capacityKbps, target }: Problem, load: Float64Array, full: Uint8Array): boolean {
  let isNew = false;
  for (const [i, kbps] of load.entries()) {
    if (full[i] === 1 || kbps < target * (capacityKbps[i] ?? 0) * (1 - TOLERANCE)) continue;
    full[i] = 1;
    isNew = true;
  }
  return isNew;
}

function solveRound(problem: Problem, atHome: Float64Array, full: Uint8Array, highs: Highs): Assignment {
  const { groups, offered, capacityKbps, target, weights } = problem;
  const { buckets, calls, kbps } = offered;
  const program = new LinearProgram();
  const heavy = weights
    .map((weight, k) => [k, weight] as const)
    .filter(([, weight]) => weight >= LEAST_WEIGHT);
  const rows = [...atHome].map((load, i) => program.addRow(target * (capacityKbps[i] ?? 0) - load));
  const mean = sum(kbps) / sum(calls);
  for (const row of rows) program.addColumn(OVER_COST_MS / mean, [[row, -1]]);
  const candidates: Omit<Move, 'calls'>[] = [];
  const firstMove = program.columns;
  for (const [group, { home, alternatives }] of groups.entries()) {
    for (let bucket = 0; bucket < buckets; bucket++) {
      const amount = kbps[group * buckets + bucket] ?? 0;
      if (amount === 0 || !heavy.some(([k]) => bucket + k < buckets && full[home * buckets + bucket + k]))
        continue;
      const all = program.addRow(amount);
      const perKbps = (calls[group * buckets + bucket] ?? 0) / amount;
      const during = heavy.filter(([k]) => bucket + k < buckets);
      for (const { region, extraMs } of alternatives) {
        const entries: [number, number][] = [[all, 1]];
        for (const [k, weight] of during) {
          entries.push([rows[home * buckets + bucket + k] ?? 0, -weight]);
          entries.push([rows[region * buckets + bucket + k] ?? 0, weight]);
        }
        program.addColumn(extraMs * perKbps, entries);
        candidates.push({ group, bucket, region, extraMs });
      }
    }
  }
  const { x } = program.solve(highs);
  return assignmentOf(problem, atHome, candidates, x.subarray(firstMove));
}

function assignmentOf(
  { groups, offered, weights }: Problem,
  atHome: Float64Array,
  candidates: readonly Omit<Move, 'calls'>[],
  movedKbps: Float64Array,
): Assignment {
  const { buckets, calls, kbps } = offered;
  const loadKbps = atHome.slice();
  const moves: Move[] = [];
  for (const [i, candidate] of candidates.entries()) {
    const moved = movedKbps[i] ?? 0;
    if (moved < TOLERANCE) continue;
    const { group, bucket, region } = candidate;
    const at = group * buckets + bucket;
    moves.push({ ...candidate, calls: (moved * (calls[at] ?? 0)) / (kbps[at] ?? 1) });
    const home = groups[group]?.home ?? 0;
    for (let t = bucket; t < Math.min(buckets, bucket + weights.length); t++) {
      const load = moved * (weights[t - bucket] ?? 0);
      loadKbps[home * buckets + t] = (loadKbps[home * buckets + t] ?? 0) - load;
      loadKbps[region * buckets + t] = (loadKbps[region * buckets + t] ?? 0) + load;
    }
  }
  return { moves, loadKbps };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
