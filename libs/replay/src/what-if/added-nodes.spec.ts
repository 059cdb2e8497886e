import { describe, expect, it } from '@jest/globals';
import type { LogEvent } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { AddedNodes } from './added-nodes.js';

const T0 = 1_795_000_000_000;

function setStage(wanted: Record<string, number>) {
  const added = new AddedNodes(new Map(Object.entries(wanted)));
  const fleet = new Fleet();
  const entryOf = aLog();
  const write = (event: LogEvent, at: number) => {
    const entry = entryOf(event, at);
    fleet.apply(entry, at);
    added.note(entry);
  };
  write({ kind: 'policy', policy: aPolicy() }, T0);
  const beat = (at: number, rest: Parameters<typeof aHeartbeat>[0] = {}) =>
    write({ kind: 'heartbeat', heartbeat: aHeartbeat(rest) }, at);
  const heard = (at: number) => {
    fleet.advance(at);
    return [...added.heartbeats(at, fleet)];
  };
  return { beat, heard };
}

describe('Nodes that are added', () => {
  it('are heard from when one of their region is that serves; as large, and empty', () => {
    const { beat, heard } = setStage({ 'us-east-1': 2 });
    expect(heard(T0)).toEqual([]);
    beat(T0, { state: 'starting', capacity: { allocations: 1 } });
    expect(heard(T0)).toEqual([]);
    beat(T0 + 10, { seq: 2, load: { cpu: null } });
    const nodes = heard(T0 + 10);
    expect(nodes.map(({ nodeId }) => nodeId)).toEqual(['what-if-us-east-1-1', 'what-if-us-east-1-2']);
    const load = { cpu: null, egressBps: 0, ingressBps: 0, allocations: 0 };
    expect(nodes[0]).toMatchObject({
      region: 'us-east-1',
      state: 'serving',
      load,
      capacity: { allocations: 5000 },
    });
  });

  it('are heard as often as they say', () => {
    const { beat, heard } = setStage({ 'us-east-1': 1 });
    beat(T0);
    expect(heard(T0).map(({ seq }) => seq)).toEqual([1]);
    expect(heard(T0 + 1_900)).toEqual([]);
    beat(T0 + 1_950, { seq: 2 });
    expect(heard(T0 + 2_000).map(({ seq }) => seq)).toEqual([2]);
  });

  it('are silent while all others of their region are', () => {
    const { beat, heard } = setStage({ 'us-east-1': 1 });
    beat(T0);
    expect(heard(T0)).toHaveLength(1);
    expect(heard(T0 + 30_000)).toEqual([]);
    beat(T0 + 31_000, { seq: 2 });
    expect(heard(T0 + 31_000)).toHaveLength(1);
  });

  it('are like those of another region where theirs has none', () => {
    const { beat, heard } = setStage({ 'eu-central-1': 1 });
    beat(T0);
    expect(heard(T0 + 1_000)).toEqual([]);
    beat(T0 + 11_000, { seq: 2 });
    expect(heard(T0 + 11_000)).toEqual([
      expect.objectContaining({ region: 'eu-central-1', nodeId: 'what-if-eu-central-1-1' }),
    ]);
  });
});
