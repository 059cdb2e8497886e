import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { aFleet, T0 } from './fleet.harness.js';
import { FORGET_AFTER_MS } from './freshness.js';
import type { Candidate } from './node.js';

const policy = aPolicy({ reservation: { rampSeconds: 10, bandwidthBps: 10e6, allocations: 1 } });
const elsewhere = { region: 'eu-central-1' };

function aNamedFleet() {
  const { fleet, hear } = aFleet(policy);
  const nodeOf = (region: string, id: string) => {
    const node = fleet.node(region, id);
    if (!node) throw new Error(`${id} is not known in ${region}`);
    return node;
  };
  const reserved = () => [...fleet.regions.values()].map((region) => region.reserved > 0);
  return { fleet, hear, nodeOf, reserved };
}

describe('The rows of nodes', () => {
  it('tell what the nodes tell, for as many as there are', () => {
    const { fleet, hear } = aNamedFleet();
    const ids = Array.from({ length: 100 }, (_, i) => `n${i}`);
    ids.forEach((nodeId, i) => hear(aHeartbeat({ nodeId, load: { cpu: i / 100 } }), T0 + i));
    for (let i = 0; i < 100; i += 3) fleet.reserve(`n${i}`, T0 + 100);
    const region = fleet.regions.get('us-east-1');
    const told = ({
      id,
      measured,
      reserved,
      lastSeenAt,
      transports,
      intervalMs,
      slot,
      edition,
    }: Candidate) => [
      [id, measured, reserved, lastSeenAt],
      [transports, intervalMs, slot, edition],
    ];
    expect(region?.usable.map((_, i) => told(region.candidate(i)))).toEqual(region?.usable.map(told));
    expect(region?.usable.every((node, i) => region.candidate(i).node === node)).toBe(true);
    expect(new Set(region?.usable.map(({ slot }) => slot)).size).toBe(100);
    expect(fleet.node('us-east-1', 'n42')).toMatchObject({ id: 'n42', lastSeenAt: T0 + 42, reservations: 1 });
  });

  it('are two for an id that is heard in two regions, and what is issued for it counts in both', () => {
    const { fleet, hear, nodeOf, reserved } = aNamedFleet();
    hear(aHeartbeat({ load: { allocations: 100 } }), T0);
    hear(aHeartbeat({ ...elsewhere, load: { allocations: 4000 } }), T0);
    const nodes = [nodeOf('us-east-1', 'n1'), nodeOf('eu-central-1', 'n1')];
    fleet.reserve('n1', T0);
    expect(nodes.map(({ reservations }) => reservations)).toEqual([1, 1]);
    expect(nodes[0]?.measured).not.toBe(nodes[1]?.measured);
    expect(reserved()).toEqual([true, true, false]);
    hear(aHeartbeat({ seq: 2, state: 'stopped' }), T0 + 1);
    fleet.advance(T0 + 10_100);
    expect(nodes.map(({ reservations }) => reservations)).toEqual([0, 0]);
    expect(reserved()).toEqual([false, false, false]);
  });

  it('are left by a node that is forgotten, which keeps what was known of it, and taken by another', () => {
    const { fleet, hear, nodeOf } = aNamedFleet();
    hear(aHeartbeat({ load: { allocations: 1000 } }), T0);
    const gone = nodeOf('us-east-1', 'n1');
    const { measured, slot, edition } = gone;
    hear(aHeartbeat({ nodeId: 'n2', load: { allocations: 4000 } }), T0 + FORGET_AFTER_MS + 1);
    expect(fleet.node('us-east-1', 'n1')).toBeUndefined();
    expect(nodeOf('us-east-1', 'n2')).toMatchObject({ id: 'n2', slot });
    expect(nodeOf('us-east-1', 'n2').edition).not.toBe(edition);
    expect(gone).toMatchObject({ id: 'n1', measured, freshness: 'unknown', lastSeenAt: T0, reservations: 0 });
  });

  it('have another edition once the URLs or the epoch of the secret are others, and only then', () => {
    const { hear, nodeOf } = aNamedFleet();
    const editionAfter = (overrides: Parameters<typeof aHeartbeat>[0]) => {
      hear(aHeartbeat(overrides), T0);
      return nodeOf('us-east-1', 'n1').edition;
    };
    const first = editionAfter({ seq: 1 });
    expect(editionAfter({ seq: 2, load: { cpu: 0.5 }, state: 'draining' })).toBe(first);
    const moved = editionAfter({ seq: 3, urls: ['turn:203.0.113.99:3478'] });
    const rekeyed = editionAfter({ seq: 4, urls: ['turn:203.0.113.99:3478'], secretEpoch: 9 });
    expect(new Set([first, moved, rekeyed]).size).toBe(3);
  });
});
