import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { Fleet } from './fleet.js';
import { aFleet, T0 } from './fleet.harness.js';
import { FORGET_AFTER_MS } from './freshness.js';
import { utilizationOf } from './node.js';
import { MAX_NODES_OUTSIDE } from './population.js';

describe('Fleet', () => {
  it('hands out a serving node, whatever the order of policy and heartbeat', () => {
    const fleet = new Fleet();
    const log = aLog();
    fleet.apply(log({ kind: 'heartbeat', heartbeat: aHeartbeat() }, T0), T0);
    fleet.apply(log({ kind: 'policy', policy: aPolicy() }, T0 + 1), T0 + 1);
    expect(fleet.regions.get('us-east-1')?.usable.map((node) => node.id)).toEqual(['n1']);
    expect(fleet.position).toBe(2);
  });

  it.each(['starting', 'draining', 'stopped'] as const)('does not hand out a node that is %s', (state) => {
    const { hear, usable } = aFleet();
    hear(aHeartbeat(), T0);
    hear(aHeartbeat({ seq: 2, state }), T0 + 10);
    expect(usable()).toEqual([]);
  });

  it('does not hand out an SFU as a relay', () => {
    const { hear, usable } = aFleet();
    hear(aHeartbeat({ kind: 'sfu', urls: ['wss://sfu.example.org'] }), T0);
    expect(usable()).toEqual([]);
  });

  it('makes a silent node suspect after 2.5 of its intervals, unknown after 5, and forgets it later', () => {
    const { fleet, hear, usable } = aFleet();
    hear(aHeartbeat({ intervalMs: 1000 }), T0);
    const at = (ms: number) => {
      fleet.advance(T0 + ms);
      return fleet.node('us-east-1', 'n1')?.freshness;
    };
    expect(at(2499)).toBe('fresh');
    expect(at(2500)).toBe('suspect');
    expect(usable()).toEqual(['n1']);
    expect(at(4999)).toBe('suspect');
    expect(at(5000)).toBe('unknown');
    expect(usable()).toEqual([]);
    hear(aHeartbeat({ nodeId: 'n2' }), T0 + FORGET_AFTER_MS - 1);
    expect(at(FORGET_AFTER_MS)).toBe('unknown');
    hear(aHeartbeat({ nodeId: 'n2', seq: 2 }), T0 + FORGET_AFTER_MS);
    expect(at(FORGET_AFTER_MS)).toBeUndefined();
  });

  it('takes a node back with its next heartbeat', () => {
    const { fleet, hear, usable } = aFleet();
    hear(aHeartbeat(), T0);
    fleet.advance(T0 + 20_000);
    hear(aHeartbeat({ seq: 2 }), T0 + 20_001);
    expect(usable()).toEqual(['n1']);
    fleet.advance(T0 + 20_001 + 10_000);
    expect(usable()).toEqual([]);
  });

  it('ignores a lower sequence of the same boot and takes one of another boot', () => {
    const { fleet, hear } = aFleet();
    hear(aHeartbeat({ seq: 7 }), T0);
    expect(hear(aHeartbeat({ seq: 6, state: 'draining' }), T0 + 1)).toBe('old-sequence');
    expect(hear(aHeartbeat({ seq: 0, bootId: 'boot-2', state: 'draining' }), T0 + 2)).toBe('applied');
    expect(fleet.node('us-east-1', 'n1')?.heartbeat.state).toBe('draining');
  });

  it('keeps nodes of one name apart by their regions, so that nobody speaks for a node from elsewhere', () => {
    const { fleet, hear, usable } = aFleet();
    hear(aHeartbeat(), T0);
    hear(aHeartbeat({ region: 'mars', bootId: 'boot-2', state: 'draining' }), T0 + 1);
    hear(aHeartbeat({ region: 'eu-central-1', bootId: 'boot-3' }), T0 + 2);
    expect(usable('us-east-1')).toEqual(['n1']);
    expect(usable('eu-central-1')).toEqual(['n1']);
    fleet.reserve('n1', T0 + 3);
    expect(fleet.node('us-east-1', 'n1')?.reservations).toBe(1);
    expect(fleet.node('eu-central-1', 'n1')?.reservations).toBe(1);
    hear(aHeartbeat({ seq: 2, state: 'stopped' }), T0 + 4);
    expect(usable('us-east-1')).toEqual([]);
    expect(usable('eu-central-1')).toEqual(['n1']);
  });

  it('leaves out nodes below the version floor, and again when the policy changes', () => {
    const policy = aPolicy({ versionFloor: { coturn: '4.10' } });
    const { apply, hear, usable } = aFleet(policy);
    hear(aHeartbeat({ nodeId: 'old', software: { version: '4.9.1' } }), T0);
    hear(aHeartbeat({ nodeId: 'new', software: { version: '4.10.0' } }), T0);
    hear(aHeartbeat({ nodeId: 'other', software: { name: 'eturnal', version: '1.0' } }), T0);
    expect(usable()).toEqual(['new', 'other']);
    apply({ kind: 'policy', policy: aPolicy() }, T0 + 1);
    expect(usable()).toEqual(['new', 'old', 'other']);
  });

  it('takes a capacity above the bound of the policy for the bound', () => {
    const { fleet, hear } = aFleet(aPolicy({ maxNodeCapacity: { bandwidthBps: 1e9, allocations: 100 } }));
    hear(
      aHeartbeat({ capacity: { bandwidthBps: 9e12, allocations: 9_000_000 }, load: { allocations: 90 } }),
      T0,
    );
    expect(fleet.node('us-east-1', 'n1')?.load).toMatchObject({
      kbpsCapacity: 1_000_000,
      allocationsCapacity: 100,
    });
    expect(fleet.node('us-east-1', 'n1')?.measured).toBe(0.9);
  });

  it('takes a load of a hundred times the capacity for one and a half: one node of ten is no region', () => {
    const { fleet, hear } = aFleet();
    for (let i = 0; i < 9; i++) hear(aHeartbeat({ nodeId: `n${i}`, load: { egressBps: 0.5e9 } }), T0);
    hear(aHeartbeat({ nodeId: 'liar', load: { egressBps: 100e9, allocations: 500_000 } }), T0);
    expect(fleet.node('us-east-1', 'liar')?.measured).toBe(1.5);
    expect(fleet.regions.get('us-east-1')?.measured).toBeCloseTo((9 * 0.5 + 1.5) / 10);
  });

  it('says of a heartbeat in a region it does not know, remembers so many, and uses them when named', () => {
    const { fleet, apply, hear, usable } = aFleet();
    for (let i = 0; i < MAX_NODES_OUTSIDE + 50; i++) {
      expect(hear(aHeartbeat({ nodeId: `x${i}`, region: 'mars' }), T0)).toBe('unknown-region');
    }
    expect(fleet.nodes.size).toBe(MAX_NODES_OUTSIDE);
    apply(
      {
        kind: 'policy',
        policy: aPolicy({ regions: { mars: { latitude: 0, longitude: 0 } }, defaultRegion: 'mars' }),
      },
      T0 + 1,
    );
    expect(usable('mars')).toHaveLength(MAX_NODES_OUTSIDE);
  });

  it('keeps unknown load unknown', () => {
    const { fleet, hear } = aFleet();
    const load = { cpu: null, egressBps: null, ingressBps: null, allocations: null };
    hear(aHeartbeat({ load }), T0);
    fleet.reserve('n1', T0);
    const node = fleet.node('us-east-1', 'n1');
    expect(node && utilizationOf(node)).toBeNull();
    expect(fleet.regions.get('us-east-1')?.measured).toBeNull();
  });

  it('takes the largest known part of a load, of a node and of a region', () => {
    const { fleet, hear } = aFleet();
    hear(
      aHeartbeat({ nodeId: 'a', load: { cpu: 0.2, egressBps: 3e8, ingressBps: 5e8, allocations: 0 } }),
      T0,
    );
    hear(
      aHeartbeat({ nodeId: 'b', load: { cpu: null, egressBps: 1e8, ingressBps: null, allocations: 4000 } }),
      T0,
    );
    expect(fleet.node('us-east-1', 'a')?.measured).toBe(0.5);
    expect(fleet.node('us-east-1', 'b')?.measured).toBe(0.8);
    expect(fleet.regions.get('us-east-1')?.measured).toBe(0.4);
  });
});
