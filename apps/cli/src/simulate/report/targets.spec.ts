import { describe, expect, it } from '@jest/globals';
import { aReport } from './a-report.harness.js';
import type { RunReport } from './run-report.js';
import { drawSeedsMarkdown } from './seeds-table.js';
import { drawTargets } from './table.js';
import { isMet, missesOf, TARGETS } from './targets.js';

const OPTIMUM = {
  meanExtraMs: 0.5,
  p95ExtraMs: 1,
  spilledPercent: 3,
  overThresholdPercent: 0.2,
  solveSeconds: 1,
};
const { options } = aReport();

describe('a target', () => {
  it.each([
    ['rtt+ ms', { meanExtraMs: 1.3 }, { meanExtraMs: 1.31 }],
    ['p95+ ms', { p95ExtraMs: 4 }, { p95ExtraMs: 4.1 }],
    ['node>100%', { overloadedPercent: 0 }, { overloadedPercent: 1e-6 }],
    ['reg>80.5%', { overThresholdPercent: 0.3 }, { overThresholdPercent: 0.31 }],
    ['flaps/h', { flapsPerHour: 0.5 }, { flapsPerHour: 0.51 }],
    ['flaps/h', { scenario: 'liar', flapsPerHour: 2 }, { scenario: 'liar', flapsPerHour: 2.1 }],
    ['needless%', { needlessPercent: 0 }, { needlessPercent: 1e-6 }],
    ['refused', { refused: 5, refusedWithRoom: 0 }, { refusedWithRoom: 1 }],
    ['dead', { dead: 700 }, { dead: 701 }],
    [
      'steered s',
      { scenario: 'flash-crowd', steeredAfterSeconds: 5 },
      { scenario: 'flash-crowd', steeredAfterSeconds: 5.1 },
    ],
    [
      'node-h',
      { scenario: 'autoscaling', nodeHours: 112, nodeHoursBound: 100 },
      { scenario: 'autoscaling', nodeHours: 113, nodeHoursBound: 100 },
    ],
  ] satisfies [string, Partial<RunReport>, Partial<RunReport>][])(
    '%s is met by %p and missed by %p',
    (name, good, bad) => {
      const target = TARGETS.find((each) => each.name === name);
      const judge = (run: Partial<RunReport>) =>
        target && isMet(target, aReport({ optimum: OPTIMUM, ...run }));
      expect([judge(good), judge(bad)]).toEqual([true, false]);
      expect(missesOf([aReport({ optimum: OPTIMUM, ...bad })])).toHaveLength(1);
    },
  );

  it('says nothing of runs it is not about, nor of round-trip times without an optimum', () => {
    const slow = { meanExtraMs: 9, p95ExtraMs: 99, steeredAfterSeconds: 99, nodeHours: 9_000 };
    expect(missesOf([aReport(slow)])).toEqual([]);
    expect(missesOf([aReport({ ...slow, optimum: OPTIMUM })])).toHaveLength(1);
    const baseline = { ...options, strategy: 'nearest' as const };
    expect(missesOf([aReport({ ...slow, optimum: OPTIMUM, options: baseline })])).toEqual([]);
  });
});

it('The table of targets marks what is missed', () => {
  const runs = [aReport({ dead: 3 }), aReport({ dead: 701, options: { ...options, seed: 2 } })];
  const [, , , first, second] = drawTargets(runs).split('\n');
  expect(first).toContain('│ 3 ');
  expect(first).not.toContain('✗');
  expect(second).toContain('✗ 701');
});

it('The table of seeds has the worst of each target, and how many miss it', () => {
  const seeds = [699, 701, 750].map((dead, i) => aReport({ dead, options: { ...options, seed: i + 1 } }));
  const table = drawSeedsMarkdown([...seeds, aReport({ scenario: 'liar', dead: 5 })])?.split('\n');
  expect(table).toHaveLength(4);
  expect(table?.[2]).toMatch(/^\| calm \| 1, 2, 3 \|.*\| ✗ 750 \(2 of 3\) \|/);
  expect(table?.[3]).toMatch(/^\| liar \| 1 \|.*\| 5 \|/);
  expect(drawSeedsMarkdown([aReport()])).toBeUndefined();
});
