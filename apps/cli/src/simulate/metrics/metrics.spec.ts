import { describe, expect, it } from '@jest/globals';
import { emptyObservation, type Observation } from '../engine/observer.js';
import { Relays } from '../engine/relays.js';
import { smallWorld } from '../world/small-world.harness.js';
import { DecisionHash } from './decision-hash.js';
import { LoadMetrics } from './load-metrics.js';
import { PlacementMetrics } from './placement-metrics.js';

/** Two nodes in the first region, one in each other, carrying so many sessions of 1 % of a node. */
function relaysCarrying(...percents: number[]): Relays {
  const relays = new Relays(3);
  for (const region of [0, 0, 1, 2]) relays.add(region, 0);
  for (const [node, percent] of percents.entries()) {
    for (let i = 0; i < percent; i++) relays.change(node, 5_000, 1, 0);
  }
  return relays;
}

describe('load metrics', () => {
  it('count the session-seconds on crowded nodes and the load in crowded regions', () => {
    const metrics = new LoadMetrics(3);
    metrics.second(0, relaysCarrying(101, 41, 95, 10));
    metrics.second(1000, relaysCarrying(50, 50, 80, 10));
    const sessions = 101 + 41 + 95 + 10 + 50 + 50 + 80 + 10;
    const report = metrics.report();
    expect(report.overloadedPercent).toBeCloseTo((100 * 101) / sessions, 9);
    expect(report.crowdedPercent).toBeCloseTo((100 * (101 + 95)) / sessions, 9);
    expect(report.overThresholdPercent).toBeCloseTo((100 * 95) / sessions, 9);
    expect(report.overThresholdByRegion.map(Math.round)).toEqual([0, 22, 0]);
    expect(report.maxRegionUtilization).toBeCloseTo(0.95, 9);
    expect(report.maxNodeUtilization).toBeCloseTo(1.01, 9);
  });
});

describe('placement metrics', () => {
  const world = smallWorld();
  const reportOf = (relays: Relays, ...seen: Partial<Observation>[]) => {
    const metrics = new PlacementMetrics(world);
    for (const each of seen) metrics.decided({ ...emptyObservation(), ...each }, relays);
    return metrics.report();
  };

  it('tell the extra round-trip time over the nearest region, its mean and its percentiles', () => {
    const home = Array.from({ length: 94 }, () => ({ cell: 1, home: 1, region: 1 }));
    const away = Array.from({ length: 6 }, () => ({ cell: 1, home: 1, region: 2 }));
    const report = reportOf(relaysCarrying(0, 0, 90, 0), ...home, ...away);
    expect(report.meanExtraMs).toBeCloseTo(0.3, 9);
    expect(report.p95ExtraMs).toBeCloseTo(5, 9);
    expect(report.spilledPercent).toBe(6);
  });

  it('tell spill that was needless, forced, or onto a full region', () => {
    const spill = { cell: 1, home: 1, region: 2 };
    expect(reportOf(relaysCarrying(0, 0, 69, 0), spill).needlessPercent).toBe(100);
    expect(reportOf(relaysCarrying(0, 0, 71, 0), spill).needlessPercent).toBe(0);
    const filling = relaysCarrying(0, 0, 69, 0);
    for (let call = 0; call < 2; call++) filling.expect(2, 5_000, 1);
    expect(reportOf(filling, spill).needlessPercent).toBe(0);
    for (let call = 0; call < 2; call++) filling.expect(2, 5_000, -1);
    expect(reportOf(filling, spill).needlessPercent).toBe(100);
    const forced = reportOf(relaysCarrying(0, 0, 0, 0), { ...spill, isHomeUsable: false });
    expect(forced).toMatchObject({ needlessPercent: 0, forcedPercent: 100 });
    expect(reportOf(relaysCarrying(0, 0, 90, 82), spill).ontoFullPercent).toBe(100);
    expect(reportOf(relaysCarrying(0, 0, 90, 80), spill).ontoFullPercent).toBe(0);
  });

  it('tell refusals while there was room from those while there was none', () => {
    const refused = { region: -1, node: -1 };
    expect(reportOf(relaysCarrying(100, 100, 100, 99), refused)).toMatchObject({
      refused: 1,
      refusedWithRoom: 1,
    });
    expect(reportOf(relaysCarrying(100, 100, 100, 100), refused)).toMatchObject({
      refused: 1,
      refusedWithRoom: 0,
    });
  });

  it('count placements on nodes that are gone', () => {
    expect(reportOf(relaysCarrying(), { isDead: true }, {}).dead).toBe(1);
  });
});

describe('the hash of all decisions', () => {
  const hashOf = (count: number, last: number) => {
    const hash = new DecisionHash();
    for (let i = 0; i < count; i++)
      hash.decided({ ...emptyObservation(), node: i === count - 1 ? last : i % 7 });
    return hash.report();
  };

  it('differs when one decision differs, and only then', () => {
    expect(hashOf(10_000, 3)).toBe(hashOf(10_000, 3));
    expect(hashOf(10_000, 3)).not.toBe(hashOf(10_000, 4));
    expect(hashOf(10_000, 3)).not.toBe(hashOf(9_999, 3));
  });
});
