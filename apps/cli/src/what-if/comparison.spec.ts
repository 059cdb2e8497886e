import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { LogEntry } from '@spillway/contracts';
import type { Change } from '@spillway/replay';
import { Comparison } from './comparison.js';
import { reportComparison, type WhatIfReport } from './report.js';
import { aBusyPolicy, BusyWorld, FAR, HOT, NEAR, T0 } from './testing/busy-world.harness.js';

jest.setTimeout(120_000);

/** Calls last two minutes on average, half of them three quarters of one: the world is nearly what it will be. */
const FROM = T0 + 240_000;
const SECONDS = 600;
const asItWas: Change = { policy: (recorded) => structuredClone(recorded) };

function compare(entries: readonly LogEntry[], change: Change): WhatIfReport {
  const comparison = new Comparison(change, FROM);
  comparison.take({ gap: null, entries, rejected: [], position: entries.length });
  const info = { created: 'spec', firstPosition: 1, lastPosition: entries.length, beginsLate: null };
  const asked = { fromMs: FROM, toMs: null, leadMs: 0 };
  return reportComparison(comparison, { source: 'spec', asked, info, addedNodes: new Map() });
}

const regionOf = (report: WhatIfReport, id: string) => {
  const found = report.regions.find(({ region }) => region === id);
  if (!found) throw new Error(`no region ${id}`);
  return found;
};

let recorded: readonly LogEntry[];
beforeAll(() => {
  recorded = new BusyWorld({ seconds: SECONDS }).run();
});

describe('A recorded world whose middle is full', () => {
  it('is on both sides the same, to the last digit, with the policy unchanged', () => {
    const report = compare(recorded, asItWas);
    expect(report.answers).toMatchObject({ all: report.answers.same, otherRegion: 0 });
    expect(report.answers.all).toBeGreaterThan(4_000);
    expect(report.recorded.spilled).toBeGreaterThan(150);
    expect(report.changed).toEqual(report.recorded);
    for (const region of report.regions) expect(region.changed).toEqual(region.recorded);
    expect(report).toMatchObject({ kept: {}, moves: [], notes: [], change: { policy: [] } });
  });

  describe('with a threshold of 70 %', () => {
    const lower = aBusyPolicy({ threshold: 0.7, price: { target: 0.69 }, overload: { leave: 0.6 } });
    let report: WhatIfReport;
    let truth: WhatIfReport;
    beforeAll(() => {
      report = compare(recorded, { policy: () => lower });
      truth = compare(new BusyWorld({ seconds: SECONDS, policy: lower }).run(), asItWas);
    });

    it('is no fuller than that where it was full; more go elsewhere, and farther', () => {
      const hot = regionOf(report, HOT);
      expect(hot.recorded.peakLoad).toBeGreaterThan(0.79);
      expect(hot.changed.peakLoad).toBeLessThan(0.725);
      expect(hot.changed.meanLoad).toBeGreaterThan(0.67);
      const near = regionOf(report, NEAR);
      expect(near.changed.meanLoad).toBeGreaterThan((near.recorded.meanLoad ?? 1) + 0.05);
      const { recorded: before, changed: after } = report;
      expect(after.spilled).toBeGreaterThan(1.4 * before.spilled);
      expect(after.rtt.meanMs).toBeGreaterThan((before.rtt.meanMs ?? 0) + 0.3);
      expect(after.rtt.p95Ms).toBeGreaterThan(before.rtt.p95Ms ?? 0);
    });

    it('carries the same in all, serves the same clients with the same nodes, and leaves the rest alone', () => {
      const { recorded: before, changed: after } = report;
      expect(after).toMatchObject({ placed: before.placed, refused: 0, nodeHours: before.nodeHours });
      const ofLoad = (before.meanBps ?? 0) * 0.002;
      expect(Math.abs((after.meanBps ?? 0) - (before.meanBps ?? 0))).toBeLessThan(ofLoad);
      const far = regionOf(report, FAR);
      expect(far.changed).toEqual(far.recorded);
      for (const { from, to } of report.moves) expect([HOT, NEAR].sort()).toEqual([from, to].sort());
      expect(report.change.policy).toEqual([
        '~ threshold: 0.8 → 0.7',
        '~ overload.leave: 0.7 → 0.6',
        '~ price.target: 0.79 → 0.69',
      ]);
    });

    it('comes near to what the same clients really find under that policy', () => {
      expect(truth.recorded.placed).toBe(report.changed.placed);
      const [{ spillShare, rtt }, real] = [report.changed, truth.recorded];
      expect(Math.abs((spillShare ?? 0) - (real.spillShare ?? 0))).toBeLessThan(0.02);
      expect(Math.abs((rtt.meanMs ?? 0) - (real.rtt.meanMs ?? 0))).toBeLessThan(0.2);
      for (const id of [HOT, NEAR, FAR]) {
        const [told, real] = [regionOf(report, id).changed, regionOf(truth, id).recorded];
        expect(Math.abs((told.meanLoad ?? 0) - (real.meanLoad ?? 0))).toBeLessThan(0.02);
        expect(Math.abs((told.peakLoad ?? 0) - (real.peakLoad ?? 0))).toBeLessThan(0.03);
      }
    });
  });

  it('spills nobody with a node more, and costs that node', () => {
    const report = compare(recorded, { ...asItWas, addedNodes: new Map([[HOT, 1]]) });
    expect(report.recorded.spilled).toBeGreaterThan(150);
    expect(report.changed.spilled).toBeLessThan(20);
    expect(report.moves[0]).toMatchObject({ from: NEAR, to: HOT });
    expect(regionOf(report, HOT).changed).toMatchObject({ mostUsable: 5 });
    const hours = (SECONDS * 1000 - (FROM - T0)) / 3_600_000;
    expect(report.changed.nodeHours - report.recorded.nodeHours).toBeCloseTo(hours, 2);
  });

  it('fills its middle to the brim with everybody at the nearest', () => {
    const report = compare(recorded, { policy: (policy) => ({ ...policy, strategy: 'nearest' }) });
    expect(report.changed).toMatchObject({ spilled: 0, refused: 0 });
    expect(regionOf(report, HOT).changed.peakLoad).toBeGreaterThan(0.85);
    expect(report.changed.rtt.meanMs).toBeLessThan(report.recorded.rtt.meanMs ?? 0);
  });
});
