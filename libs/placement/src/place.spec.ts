import { describe, expect, it } from '@jest/globals';
import type { Heartbeat } from '@spillway/contracts';
import { transportSet } from '@spillway/fleet';
import { aHeartbeat } from '@spillway/testkit';
import { aWorld, eu, FRANKFURT, T0, us } from './world.harness.js';

const FULL_LOAD = { load: { allocations: 5000 } };

describe('place', () => {
  it('serves a client in its nearest region', () => {
    const { placed } = aWorld([us('a'), eu('b')]);
    expect(placed({ location: FRANKFURT })).toMatchObject({
      region: 'eu-central-1',
      nodes: ['b'],
      nearestRegion: 'eu-central-1',
      reason: 'nearest',
    });
  });

  it('serves a client of unknown location in the default region and says so', () => {
    const { placed } = aWorld([us('a'), eu('b')]);
    expect(placed({ location: undefined })).toMatchObject({
      region: 'us-east-1',
      nearestRegion: null,
      reason: 'fallback',
    });
  });

  it('goes to the next region when the nearest has no usable node, and names the nearest all the same', () => {
    const { placed } = aWorld([us('a'), eu('b', { state: 'draining' })]);
    expect(placed({ location: FRANKFURT })).toMatchObject({
      region: 'us-east-1',
      nearestRegion: 'eu-central-1',
      reason: 'fallback',
    });
  });

  it('goes to the next region when every node of the nearest is full', () => {
    const { placed } = aWorld([us('a'), eu('b', FULL_LOAD), eu('c', FULL_LOAD)]);
    expect(placed({ location: FRANKFURT })).toMatchObject({ region: 'us-east-1', reason: 'spillover' });
  });

  it('never sends a client from elsewhere to a region over the threshold while another is below', () => {
    const hot = { load: { allocations: 4500 } };
    const asia = aHeartbeat({ nodeId: 'far', region: 'ap-southeast-1' });
    const { placed } = aWorld([us('a', hot), eu('b', { state: 'starting' }), asia]);
    expect(placed({ location: FRANKFURT }).region).toBe('ap-southeast-1');
  });

  it('prefers what is asked for while that is below the threshold', () => {
    const { placed } = aWorld([us('a'), eu('b')]);
    expect(placed({ prefer: 'eu-central-1' })).toMatchObject({ region: 'eu-central-1', reason: 'preferred' });
    const hot = aWorld([us('a'), eu('b', { load: { allocations: 4000 } })]);
    expect(hot.placed({ prefer: 'eu-central-1' })).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
  });

  it('never loosens a requirement: it refuses rather than serve elsewhere', () => {
    const { ask, placed } = aWorld([us('a')]);
    expect(placed({ require: ['us-east-1'] })).toMatchObject({ region: 'us-east-1', reason: 'required' });
    expect(ask({ require: ['eu-central-1'] })).toEqual({ isPlaced: false, code: 'requirement-unmet' });
    expect(ask({ require: ['nowhere'], prefer: 'us-east-1' }).isPlaced).toBe(false);
    const full = aWorld([us('a'), eu('b', FULL_LOAD)]);
    expect(full.ask({ require: ['eu-central-1'] })).toEqual({ isPlaced: false, code: 'no-capacity' });
  });

  it('refuses when there is no usable node, or none with room', () => {
    expect(aWorld([]).ask()).toEqual({ isPlaced: false, code: 'no-capacity' });
    expect(aWorld([us('a', FULL_LOAD)]).ask()).toEqual({ isPlaced: false, code: 'no-capacity' });
  });

  it('is not made to refuse by reservations, which are only expectations', () => {
    const { fleet, placed } = aWorld([us('a'), eu('b')]);
    for (let i = 0; i < 6000; i++) fleet.reserve('a', T0);
    expect(placed()).toMatchObject({ region: 'eu-central-1', reason: 'spillover' });
    for (let i = 0; i < 6000; i++) fleet.reserve('b', T0);
    expect(placed()).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
  });

  it('serves from nodes that offer a transport the client can use', () => {
    const tls = ['turns:a.example.org:443?transport=tcp'];
    const { placed, ask } = aWorld([us('a'), us('b', { urls: tls })]);
    for (let i = 0; i < 20; i++) expect(placed({ transports: transportSet(['tls']) }).nodes).toEqual(['b']);
    const unmet = { isPlaced: false, code: 'transports-unmet' };
    expect(aWorld([us('a')]).ask({ transports: transportSet(['tls']) })).toEqual(unmet);
    expect(ask({ transports: transportSet(['udp']) }).isPlaced).toBe(true);
  });

  it('takes further nodes from other zones, then from other nodes, then from other regions', () => {
    const zones = [us('a1', { zone: 'a' }), us('a2', { zone: 'a' }), us('b1', { zone: 'b' }), eu('e')];
    const { placed } = aWorld(zones);
    for (let i = 0; i < 50; i++) {
      const two = placed({ count: 2 });
      expect(new Set(two.nodes.map((id) => id[0]))).toEqual(new Set(['a', 'b']));
      expect(new Set(placed({ count: 3 }).nodes)).toEqual(new Set(['a1', 'a2', 'b1']));
      expect(two.region).toBe('us-east-1');
    }
    expect(placed({ count: 4 }).nodes).toContain('e');
    expect(placed({ count: 9 }).nodes).toHaveLength(4);
  });

  it('answers the same for the same seed', () => {
    const { placed } = aWorld(Array.from({ length: 20 }, (_, i) => us(`n${i}`)));
    for (let seed = 0; seed < 50; seed++) expect(placed({ seed }).nodes).toEqual(placed({ seed }).nodes);
  });
});

describe('The choice of a node', () => {
  const spread = (heartbeats: Heartbeat[], requests: number) => {
    const { fleet, placed } = aWorld(heartbeats);
    const counts = new Map<string, number>();
    for (let i = 0; i < requests; i++) {
      for (const id of placed().nodes) {
        fleet.reserve(id, T0);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    return counts;
  };

  it.each([2, 3, 10, 40])('spreads 1,000 requests between two heartbeats over %i nodes', (count) => {
    const nodes = Array.from({ length: count }, (_, i) => us(`n${i}`));
    const counts = spread(nodes, 1000);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual((1.5 * 1000) / count);
    expect(counts.size).toBe(count);
  });

  it('is not drawn to one node by a small difference in load, whichever part it is in', () => {
    const nodes = Array.from({ length: 10 }, (_, i) => us(`n${i}`, { load: { cpu: 0.2 + i * 0.004 } }));
    expect(Math.max(...spread(nodes, 1000).values())).toBeLessThanOrEqual(150);
  });

  it('prefers the node with clearly less load, and a known load to an unknown one', () => {
    const busy = us('busy', { load: { cpu: 0.9 } });
    expect(spread([busy, us('idle')], 100).get('busy')).toBeUndefined();
    const blind = { load: { cpu: null, egressBps: null, ingressBps: null, allocations: null } };
    expect(spread([us('blind', blind), us('seen')], 100).get('blind')).toBeUndefined();
    expect(spread([us('x', blind), us('y', blind)], 100).get('x')).toBe(50);
  });

  it('prefers a node that is heard from to one that is suspect', () => {
    const { fleet, placed } = aWorld([us('quiet', { intervalMs: 1000 }), us('heard', { intervalMs: 5000 })]);
    fleet.advance(T0 + 3000);
    expect(fleet.node('us-east-1', 'quiet')?.freshness).toBe('suspect');
    for (let i = 0; i < 20; i++) expect(placed().nodes).toEqual(['heard']);
  });

  it('prefers a node to one that has missed a heartbeat by when any was heard, unless that is nearly full', () => {
    const { apply, placed } = aWorld([us('late', { intervalMs: 5000 }), us('heard', { intervalMs: 5000 })]);
    const hear = (seq: number, at: number) =>
      apply({ kind: 'heartbeat', heartbeat: us('heard', { intervalMs: 5000, seq }) }, at);
    const served = () => new Set(Array.from({ length: 20 }, () => placed().nodes[0]));
    hear(2, T0 + 5_400);
    expect(served()).toEqual(new Set(['late', 'heard']));
    hear(3, T0 + 5_600);
    expect(served()).toEqual(new Set(['heard']));
    const busy = us('heard', { intervalMs: 5000, seq: 4, load: { cpu: 0.86 } });
    apply({ kind: 'heartbeat', heartbeat: busy }, T0 + 6_000);
    expect(served()).toEqual(new Set(['late']));
    apply({ kind: 'heartbeat', heartbeat: eu('elsewhere') }, T0 + 11_600);
    expect(served()).toEqual(new Set(['late']));
  });
});
