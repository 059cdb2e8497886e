import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { Fleet } from './fleet.js';
import { aFleet, anOverload, aPlan, aSpillover, T0 } from './fleet.harness.js';
import { MAX_REGIONS_OUTSIDE } from './region-events.js';

const region = 'us-east-1';

describe('What an autoscaler says of a region', () => {
  it('stands there with the log time it was said at', () => {
    const { fleet, apply } = aFleet();
    expect(apply({ kind: 'spillover', region, spillover: aSpillover() }, T0 + 1)).toBe('applied');
    expect(apply({ kind: 'overload', region, overload: anOverload() }, T0 + 2)).toBe('applied');
    expect(apply({ kind: 'scale', region, scale: aPlan() }, T0 + 3)).toBe('applied');
    expect(fleet.regions.get(region)).toMatchObject({
      spillover: { event: aSpillover(), at: T0 + 1 },
      overload: { event: anOverload(), at: T0 + 2 },
      plan: { event: aPlan(), at: T0 + 3 },
    });
    expect(fleet.regions.get('eu-central-1')).toMatchObject({ spillover: undefined, plan: undefined });
  });

  it('counts as it was said last, and one of a lower generation is told apart', () => {
    const { fleet, apply } = aFleet();
    apply({ kind: 'spillover', region, spillover: aSpillover({ generation: 2 }) }, T0);
    const late = aSpillover({ generation: 1, integralMs: 7 });
    expect(apply({ kind: 'spillover', region, spillover: late }, T0 + 1)).toBe('old-generation');
    expect(fleet.regions.get(region)?.spillover?.event.integralMs).toBe(7);
    apply({ kind: 'scale', region, scale: aPlan({ generation: 3 }) }, T0);
    expect(apply({ kind: 'scale', region, scale: aPlan({ generation: 2 }) }, T0 + 1)).toBe('old-generation');
  });

  it('is not lost when the policy that names the region comes later, or names it again', () => {
    const { fleet, apply } = aFleet(aPolicy(), new Fleet());
    const mars = { mars: { latitude: 0, longitude: 0 } };
    const said = apply({ kind: 'spillover', region: 'mars', spillover: aSpillover() }, T0 + 1);
    expect(said).toBe('unknown-region');
    apply({ kind: 'policy', policy: aPolicy({ regions: mars, defaultRegion: 'mars' }) }, T0 + 2);
    expect(fleet.regions.get('mars')?.spillover?.at).toBe(T0 + 1);
    apply({ kind: 'policy', policy: aPolicy() }, T0 + 3);
    apply({ kind: 'policy', policy: aPolicy({ regions: mars, defaultRegion: 'mars' }) }, T0 + 4);
    expect(fleet.regions.get('mars')?.spillover?.at).toBe(T0 + 1);
  });

  it('is kept for so many regions outside the policy, those heard of last', () => {
    const { fleet, apply } = aFleet();
    for (let i = 0; i < MAX_REGIONS_OUTSIDE + 5; i++) {
      apply({ kind: 'overload', region: `made-up-${i}`, overload: anOverload() }, T0 + i);
    }
    const names = ['made-up-4', 'made-up-5', `made-up-${MAX_REGIONS_OUTSIDE + 4}`];
    const regions = Object.fromEntries(names.map((name) => [name, { latitude: 0, longitude: 0 }]));
    apply({ kind: 'policy', policy: aPolicy({ regions, defaultRegion: 'made-up-4' }) }, T0 + 1000);
    expect([...fleet.regions.values()].map(({ overload }) => overload !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('The load of a credential', () => {
  const perCredential = { bandwidthBps: 2_000_400, allocations: 0.0101 };

  it('is as the policy says until an autoscaler has learned it, then that, rounded up', () => {
    const { fleet, apply } = aFleet(aPolicy({ reservation: { bandwidthBps: 300_000, allocations: 1 } }));
    expect(fleet.regions.get(region)?.unit).toEqual({ kbps: 300, allocations: 1 });
    const spillover = aSpillover({ loadPerCredential: perCredential });
    apply({ kind: 'spillover', region, spillover }, T0);
    expect(fleet.regions.get(region)?.unit).toEqual({ kbps: 2001, allocations: 0.011 });
    expect(fleet.regions.get('eu-central-1')?.unit).toEqual({ kbps: 300, allocations: 1 });
  });

  it('is never nothing, so that of two idle nodes the one just handed out is known', () => {
    const { fleet, apply } = aFleet();
    const spillover = aSpillover({ loadPerCredential: { bandwidthBps: 0, allocations: 0 } });
    apply({ kind: 'spillover', region, spillover }, T0);
    expect(fleet.regions.get(region)?.unit).toEqual({ kbps: 1, allocations: 0.001 });
  });

  it('weighs what was issued before it was learned, in the nodes and in the region', () => {
    const { fleet, apply, hear } = aFleet();
    hear(aHeartbeat(), T0);
    for (let i = 0; i < 10; i++) fleet.reserve('n1', T0);
    const spillover = aSpillover({ loadPerCredential: { bandwidthBps: 10_000_000, allocations: 0 } });
    apply({ kind: 'spillover', region, spillover }, T0);
    expect(fleet.node(region, 'n1')?.reserved).toBeCloseTo(0.1);
    expect(fleet.regions.get(region)?.reserved).toBeCloseTo(0.1);
    hear(aHeartbeat({ seq: 2 }), T0 + 1);
    expect(fleet.node(region, 'n1')?.reserved).toBeCloseTo(0.1);
  });
});

describe('A region', () => {
  it('counts its silent nodes, but not those that said they would stop', () => {
    const { fleet, hear } = aFleet();
    for (const nodeId of ['a', 'b', 'c']) hear(aHeartbeat({ nodeId }), T0);
    hear(aHeartbeat({ nodeId: 'b', seq: 2, state: 'stopped' }), T0 + 1);
    hear(aHeartbeat({ nodeId: 'c', seq: 2, intervalMs: 60_000 }), T0 + 1);
    expect(fleet.regions.get(region)?.silentCount).toBe(0);
    fleet.advance(T0 + 5_000);
    expect(fleet.regions.get(region)).toMatchObject({ silentCount: 1, nodeCount: 3 });
    fleet.advance(T0 + 20_000);
    expect(fleet.regions.get(region)?.silentCount).toBe(1);
    hear(aHeartbeat({ nodeId: 'a', seq: 2 }), T0 + 20_001);
    expect(fleet.regions.get(region)?.silentCount).toBe(0);
  });

  it('sums load and capacity of its usable nodes, each part where both are known', () => {
    const { fleet, hear } = aFleet();
    hear(
      aHeartbeat({ nodeId: 'a', load: { cpu: 0.2, egressBps: 3e8, ingressBps: 5e8, allocations: 7 } }),
      T0,
    );
    hear(
      aHeartbeat({ nodeId: 'b', load: { cpu: null, allocations: 9 }, capacity: { allocations: null } }),
      T0,
    );
    hear(aHeartbeat({ nodeId: 'c', state: 'draining' }), T0);
    expect(fleet.regions.get(region)?.totals).toEqual({
      kbps: 600_000,
      kbpsCapacity: 2_000_000,
      allocations: 7,
      allocationsCapacity: 5000,
      cpuMilli: 200,
      cpuCapacity: 1000,
    });
    fleet.reserve('a', T0);
    const { measured, reserved, utilization } = fleet.regions.get(region) ?? {};
    expect(utilization).toBe((measured ?? NaN) + (reserved ?? NaN));
    expect(fleet.nodesIn(region).map((node) => node.id)).toEqual(['a', 'b', 'c']);
    expect(fleet.nodesIn('mars')).toEqual([]);
  });
});
