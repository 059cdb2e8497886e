import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { Fleet } from './fleet.js';
import { aFleet, issued, served, T0 } from './fleet.harness.js';
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
    hear(aHeartbeat({ capacity: { bandwidthBps: 9e12, allocations: 9_000_000 }, load: { cpu: 0 } }), T0);
    expect(fleet.node('us-east-1', 'n1')?.measured).toBe(3);
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

describe('Reservations', () => {
  const policy = aPolicy({ reservation: { rampSeconds: 10, bandwidthBps: 10e6, allocations: 1 } });

  it('count at once and are gone after the ramp', () => {
    const { fleet, hear } = aFleet(policy);
    hear(aHeartbeat(), T0);
    for (let i = 0; i < 10; i++) fleet.reserve('n1', T0);
    expect(fleet.node('us-east-1', 'n1')?.reserved).toBeCloseTo(0.1);
    expect(fleet.regions.get('us-east-1')?.reserved).toBeCloseTo(0.1);
    fleet.advance(T0 + 9_999);
    expect(fleet.node('us-east-1', 'n1')?.reservations).toBe(10);
    fleet.advance(T0 + 10_250);
    expect(fleet.node('us-east-1', 'n1')?.reservations).toBe(0);
    expect(fleet.regions.get('us-east-1')?.reserved).toBe(0);
  });

  it('come from other routers too, and not twice from this one', () => {
    const { fleet, apply, hear } = aFleet(policy);
    hear(aHeartbeat(), T0);
    apply({ kind: 'issued', issued: issued([served('n1'), served('n1', 'gone')]) }, T0 + 1);
    expect(apply({ kind: 'issued', issued: issued([served('n1')], { bootId: 'own-boot' }) }, T0 + 2)).toBe(
      'ignored',
    );
    expect(fleet.node('us-east-1', 'n1')?.reservations).toBe(2);
  });

  it('outlive the node becoming unusable and coming back', () => {
    const { fleet, hear } = aFleet(policy);
    hear(aHeartbeat(), T0);
    fleet.reserve('n1', T0);
    hear(aHeartbeat({ seq: 2, state: 'starting' }), T0 + 1);
    hear(aHeartbeat({ seq: 3 }), T0 + 2);
    expect(fleet.regions.get('us-east-1')?.reserved).toBeCloseTo(0.01);
    fleet.advance(T0 + 10_300);
    expect(fleet.regions.get('us-east-1')?.reserved).toBe(0);
  });
});

describe('What comes late', () => {
  it('does not make a node fresh that was last heard long ago', () => {
    const fleet = new Fleet();
    const log = aLog();
    fleet.apply(log({ kind: 'policy', policy: aPolicy() }, T0), 0);
    // The link was away for an hour; the backlog is read in an instant.
    fleet.advance(3_600_000);
    fleet.apply(log({ kind: 'heartbeat', heartbeat: aHeartbeat() }, T0 + 600_000), 3_600_000);
    fleet.advance(3_600_001);
    expect(fleet.regions.get('us-east-1')?.usable).toEqual([]);
  });

  it('does not count credentials as just issued that a router issued while it was cut off', () => {
    const { fleet, apply, hear } = aFleet();
    hear(aHeartbeat(), T0);
    for (const ageMs of [8_000, 12_000, 60_000]) {
      apply({ kind: 'issued', issued: issued([{ ...served('n1'), ageMs }]) }, T0 + 1000);
    }
    fleet.advance(T0 + 1001);
    expect(fleet.node('us-east-1', 'n1')?.reservations).toBe(1);
    fleet.advance(T0 + 3_500);
    expect(fleet.node('us-east-1', 'n1')?.reservations).toBe(0);
  });
});

describe('A silent bus', () => {
  const names = (count: number, prefix = 'n') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

  it('is suspected when at least five nodes and more than half fall silent together: the view is kept', () => {
    const { fleet, hear, usable } = aFleet();
    for (const nodeId of names(6)) hear(aHeartbeat({ nodeId }), T0);
    fleet.advance(T0 + 300_000);
    expect(fleet.isBusSuspect).toBe(true);
    expect(usable()).toHaveLength(6);
  });

  it('is believed again when no more than half are silent: those are then unknown', () => {
    const { fleet, hear, usable } = aFleet();
    for (const nodeId of names(10)) hear(aHeartbeat({ nodeId }), T0);
    fleet.advance(T0 + 60_000);
    for (const nodeId of names(5)) hear(aHeartbeat({ nodeId, seq: 2 }), T0 + 60_001);
    expect(fleet.isBusSuspect).toBe(false);
    fleet.advance(T0 + 60_002);
    expect(usable()).toEqual(names(5));
  });

  it('is not suspected for a region that falls silent alone, however large, while another is heard', () => {
    const { fleet, hear, usable } = aFleet();
    for (const nodeId of names(8)) hear(aHeartbeat({ nodeId }), T0);
    for (let at = T0, seq = 1; at <= T0 + 60_000; at += 2000, seq++) {
      hear(aHeartbeat({ nodeId: 'e', region: 'eu-central-1', seq }), at);
      expect(fleet.isBusSuspect).toBe(false);
    }
    expect(usable()).toEqual([]);
    expect(usable('eu-central-1')).toEqual(['e']);
  });

  it('is suspected when several regions fall silent, though one node is heard', () => {
    const { fleet, hear, usable } = aFleet();
    for (const nodeId of names(4)) hear(aHeartbeat({ nodeId }), T0);
    for (const nodeId of names(4, 'e')) hear(aHeartbeat({ nodeId, region: 'eu-central-1' }), T0);
    for (let at = T0, seq = 1; at <= T0 + 14_000; at += 2000, seq++) {
      hear(aHeartbeat({ nodeId: 'a', region: 'ap-southeast-1', seq }), at);
    }
    expect(fleet.isBusSuspect).toBe(true);
    expect(usable()).toHaveLength(4);
  });

  it('is not suspected for fewer than five nodes, nor for half of a fleet', () => {
    const four = aFleet();
    for (const nodeId of names(4)) four.hear(aHeartbeat({ nodeId }), T0);
    four.fleet.advance(T0 + 10_000);
    expect(four.usable()).toEqual([]);

    const ten = aFleet();
    for (const nodeId of names(10)) ten.hear(aHeartbeat({ nodeId }), T0);
    for (let at = T0 + 2000, seq = 2; at <= T0 + 12_000; at += 2000, seq++) {
      for (const nodeId of names(5)) ten.hear(aHeartbeat({ nodeId, seq }), at);
    }
    expect(ten.fleet.isBusSuspect).toBe(false);
    expect(ten.usable()).toEqual(names(5));
  });

  it('is not suspected when nodes leave one after the other, or stop in good order', () => {
    const { fleet, hear, usable } = aFleet();
    const all = names(12);
    for (let i = 0; i < all.length; i++) hear(aHeartbeat({ nodeId: all[i] as string }), T0 + i * 30_000);
    expect(usable()).toEqual(['n11']);
    const stopping = names(8, 's');
    const now = T0 + 400_000;
    for (const nodeId of stopping) hear(aHeartbeat({ nodeId }), now);
    for (const nodeId of stopping) hear(aHeartbeat({ nodeId, seq: 2, state: 'stopped' }), now + 1);
    fleet.advance(now + 20_000);
    expect(fleet.isBusSuspect).toBe(false);
  });

  it('is neither suspected nor believed for the sake of nodes in regions that the policy does not name', () => {
    const made = names(50, 'made-up-');

    const loud = aFleet();
    for (const nodeId of names(6)) loud.hear(aHeartbeat({ nodeId, intervalMs: 60_000 }), T0);
    for (const nodeId of made) loud.hear(aHeartbeat({ nodeId, region: 'mars-1' }), T0);
    loud.fleet.advance(T0 + 60_000);
    expect(loud.fleet.isBusSuspect).toBe(false);

    const quiet = aFleet();
    for (const nodeId of names(6)) quiet.hear(aHeartbeat({ nodeId }), T0);
    for (const nodeId of made) quiet.hear(aHeartbeat({ nodeId, region: 'mars-1' }), T0 + 8_000);
    quiet.fleet.advance(T0 + 10_000);
    expect(quiet.fleet.isBusSuspect).toBe(true);
    expect(quiet.usable()).toHaveLength(6);
  });

  it('is the link that was lost: nothing ages meanwhile and every node gets its full time afterwards', () => {
    const { fleet, hear, usable } = aFleet();
    hear(aHeartbeat(), T0);
    fleet.setLink('down', T0 + 1000);
    fleet.advance(T0 + 500_000);
    expect(usable()).toEqual(['n1']);
    fleet.setLink('up', T0 + 500_000);
    fleet.advance(T0 + 509_999);
    expect(usable()).toEqual(['n1']);
    fleet.advance(T0 + 510_000);
    expect(usable()).toEqual([]);
  });
});
