import { describe, expect, it } from '@jest/globals';
import { loadSolver } from './linear-program.js';
import { withLostNodes } from './lost-nodes.js';
import { solveOptimum } from './optimum.js';
import type { Problem } from './problem.js';

/** Two groups at home in region 0; the next region is 5 ms farther for the one, 20 ms for the other. */
function problem(overrides: Partial<Problem> = {}): Problem {
  return {
    groups: [
      {
        home: 0,
        alternatives: [
          { region: 1, extraMs: 5 },
          { region: 2, extraMs: 50 },
        ],
      },
      {
        home: 0,
        alternatives: [
          { region: 1, extraMs: 20 },
          { region: 2, extraMs: 30 },
        ],
      },
    ],
    // One bucket, ten calls of 100 kbit/s each.
    offered: { buckets: 1, calls: Float64Array.of(10, 10), kbps: Float64Array.of(1000, 1000) },
    capacityKbps: Float64Array.of(1000, 10_000, 10_000),
    regions: 3,
    weights: [1],
    target: 0.8,
    ...overrides,
  };
}

function moved(moves: readonly { group: number; bucket: number; region: number; calls: number }[]): string[] {
  return moves
    .map(({ group, bucket, region, calls }) => `${calls.toFixed(1)} of ${group}.${bucket} to ${region}`)
    .sort();
}

describe('the optimum', () => {
  it('moves nobody while there is room', async () => {
    const assignment = solveOptimum(
      problem({ capacityKbps: Float64Array.of(3000, 0, 0) }),
      await loadSolver(),
    );
    expect(assignment.moves).toEqual([]);
    expect([...assignment.loadKbps]).toEqual([2000, 0, 0]);
  });

  it('moves first those who lose least, as many as must', async () => {
    const { moves, loadKbps } = solveOptimum(problem(), await loadSolver());
    expect(moved(moves)).toEqual(['10.0 of 0.0 to 1', '2.0 of 1.0 to 1']);
    expect([...loadKbps].map(Math.round)).toEqual([800, 1200, 0]);
  });

  it('does not fill the next region beyond the target either', async () => {
    const { moves } = solveOptimum(
      problem({ capacityKbps: Float64Array.of(1000, 1000, 10_000) }),
      await loadSolver(),
    );
    // 800 kbit/s stay, 800 fit next door, 400 must go far: 30 ms for the second group, 50 for the first.
    expect(moved(moves)).toEqual(['4.0 of 1.0 to 2', '8.0 of 0.0 to 1']);
  });

  it('moves calls before the rush when their load lasts into it', async () => {
    const offered = {
      buckets: 2,
      calls: Float64Array.of(10, 10, 0, 0),
      kbps: Float64Array.of(1000, 1000, 0, 0),
    };
    // All of the first bucket's load is there in the second: 2,000 where 800 may be.
    const capacityKbps = Float64Array.of(5000, 1000, 9999, 9999, 0, 0);
    const { moves, loadKbps } = solveOptimum(
      problem({ offered, capacityKbps, weights: [1, 1] }),
      await loadSolver(),
    );
    expect(moved(moves)).toHaveLength(2);
    expect(Math.round(loadKbps[1] ?? 0)).toBe(800);
  });

  it('goes over the target where there is no other way', async () => {
    const { loadKbps } = solveOptimum(
      problem({ capacityKbps: Float64Array.of(500, 500, 500) }),
      await loadSolver(),
    );
    expect(Math.round((loadKbps[0] ?? 0) + (loadKbps[1] ?? 0) + (loadKbps[2] ?? 0))).toBe(2000);
  });

  describe('with nodes that are lost', () => {
    const offered = { buckets: 2, calls: Float64Array.of(10, 0), kbps: Float64Array.of(1000, 0) };
    const [group] = problem().groups;
    const losing = (...capacityKbps: number[]) => ({
      ...problem({ offered, weights: [1, 1] }),
      groups: group ? [group] : [],
      capacityKbps: Float64Array.of(...capacityKbps, 9000, 9000, 9000, 9000),
    });

    it('has the calls of a region that is gone begin anew elsewhere', async () => {
      const { moves, loadKbps } = solveOptimum(withLostNodes(losing(2000, 0), false), await loadSolver());
      expect(moved(moves)).toEqual(['10.0 of 1.1 to 1']);
      expect([...loadKbps].map(Math.round)).toEqual([1000, 0, 0, 1000, 0, 0]);
    });

    it('has those of the lost part of a region begin anew, at home as far as there is room', async () => {
      const { moves, loadKbps } = solveOptimum(withLostNodes(losing(2000, 1000), false), await loadSolver());
      expect(moved(moves)).toEqual(['2.0 of 1.1 to 1']);
      expect([...loadKbps].map(Math.round)).toEqual([1000, 800, 0, 200, 0, 0]);
    });

    it('takes nodes that are scaled away for empty', async () => {
      const { moves, loadKbps } = solveOptimum(withLostNodes(losing(2000, 1000), true), await loadSolver());
      expect(moved(moves)).toEqual(['2.0 of 0.0 to 1']);
      expect([...loadKbps].map(Math.round)).toEqual([800, 800, 200, 200, 0, 0]);
    });
  });
});
