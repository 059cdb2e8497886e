import type { Highs } from 'highs';
import { Candidates, type Candidate } from './candidates.js';
import { LinearProgram } from './linear-program.js';
import { addLoad, homeLoad, type Assignment, type Move, type Problem } from './problem.js';

/** ms of a call for its being over the target for one bucket: more than any way around costs. */
const OVER_COST_MS = 2_000;
/** Rounds of adding columns; some twenty do. */
const MAX_ROUNDS = 200;
const TOLERANCE = 1e-3;

/**
 * The least round-trip time at which no region is over the target, as far as that can be had: nobody moves after
 * they have begun, and everything is known beforehand. A linear program over how many kbit/s of each group's calls
 * that begin in each bucket of time go to which other region, solved by column generation:
 *
 * 1. To begin with everybody is at home, and what is over the target costs dearly.
 * 2. The program is solved; what room in each region and bucket is then worth says which moves would save
 *    something, and the best of each group and bucket is added.
 * 3. Where more of a group move than there are, a row is added that says so.
 * 4. When nothing is to be added, no move that was left out could make it better.
 */
export function solveOptimum(problem: Problem, highs: Highs): Assignment {
  const { offered, capacityKbps, target } = problem;
  const atHome = homeLoad(problem);
  const program = new LinearProgram(
    highs,
    atHome.map((load, i) => target * (capacityKbps[i] ?? 0) - load),
  );
  try {
    const over = OVER_COST_MS * (sum(offered.calls) / sum(offered.kbps));
    program.addColumns(
      [...atHome.keys()].map((row) => ({ cost: over, upper: Infinity, rows: [row], values: [-1] })),
    );
    return generate(problem, atHome, program);
  } finally {
    program.dispose();
  }
}

function generate(problem: Problem, atHome: Float64Array, program: LinearProgram): Assignment {
  const { buckets, kbps } = problem.offered;
  const candidates = new Candidates(problem);
  const first = atHome.length;
  const moves: Candidate[] = [];
  const columnsOf = new Map<number, number[]>();
  const rowOf = new Map<number, number>();
  for (let round = 0; ; round++) {
    const { x, prices } = program.solve();
    for (const [at, columns] of columnsOf) {
      const moved = columns.reduce((total, column) => total + (x[column] ?? 0), 0);
      if (!rowOf.has(at) && moved > (kbps[at] ?? 0) * (1 + TOLERANCE))
        rowOf.set(at, program.addRow(kbps[at] ?? 0, columns));
    }
    const found = candidates.next(prices, (group, bucket) => {
      const row = rowOf.get(group * buckets + bucket);
      return row === undefined ? 0 : (prices[row] ?? 0);
    });
    const isDone = found.length === 0 && rowOf.size === rowsBefore(prices, atHome);
    if (isDone || round === MAX_ROUNDS) return assignmentOf(problem, atHome, moves, x.subarray(first));
    const next = program.addColumns(
      found.map((move) => candidates.columnOf(move, rowOf.get(move.group * buckets + move.bucket))),
    );
    for (const [i, move] of found.entries()) {
      const at = move.group * buckets + move.bucket;
      columnsOf.set(at, [...(columnsOf.get(at) ?? []), next + i]);
    }
    moves.push(...found);
  }
}

/** Rows of groups that the program had when it was solved. */
function rowsBefore(prices: Float64Array, atHome: Float64Array): number {
  return prices.length - atHome.length;
}

function assignmentOf(
  problem: Problem,
  atHome: Float64Array,
  candidates: readonly Candidate[],
  movedKbps: Float64Array,
): Assignment {
  const { buckets, calls, kbps } = problem.offered;
  const loadKbps = atHome.slice();
  const moves: Move[] = [];
  for (const [i, candidate] of candidates.entries()) {
    const moved = movedKbps[i] ?? 0;
    if (moved < TOLERANCE) continue;
    const at = candidate.group * buckets + candidate.bucket;
    moves.push({ ...candidate, kbps: moved, calls: (moved * (calls[at] ?? 0)) / (kbps[at] ?? 1) });
    const home = problem.groups[candidate.group]?.home ?? 0;
    addLoad(problem, loadKbps, { ...candidate, region: home }, -moved);
    addLoad(problem, loadKbps, candidate, moved);
  }
  return { moves, loadKbps };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
