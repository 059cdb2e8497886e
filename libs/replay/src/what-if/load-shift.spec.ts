import { describe, expect, it } from '@jest/globals';
import { Fleet, type FleetRegion } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { LoadShift } from './load-shift.js';

const T0 = 1_795_000_000_000;
const SESSION_MS = 600_000;
const unit = { kbps: 500, allocations: 0.5 };
const anHour = 3_600_000;

function setStage() {
  const shift = new LoadShift(() => SESSION_MS);
  const loadOf = (nodeId: string, atMs: number, rest: Parameters<typeof aHeartbeat>[0] = {}) =>
    shift.change(aHeartbeat({ nodeId, instanceId: nodeId, ...rest }), undefined, atMs).load;
  return { shift, loadOf };
}

describe('The load of clients that are elsewhere than they were', () => {
  it('is taken from where they were and put where they are, and is the same in all', () => {
    const { shift, loadOf } = setStage();
    for (let i = 0; i < 10; i++) shift.move(['a'], ['b'], unit, T0, T0);
    expect(loadOf('a', T0)).toMatchObject({
      egressBps: 95_000_000,
      ingressBps: 85_000_000,
      allocations: 295,
    });
    expect(loadOf('b', T0)).toMatchObject({
      egressBps: 105_000_000,
      ingressBps: 95_000_000,
      allocations: 305,
    });
  });

  it('fades with the mean session, from when they came', () => {
    const { shift, loadOf } = setStage();
    shift.move([], ['b'], { kbps: 1_000, allocations: 1 }, T0 - SESSION_MS, T0);
    const left = (load: { egressBps: number | null }) => ((load.egressBps ?? 0) - 100_000_000) / 1_000_000;
    expect(left(loadOf('b', T0))).toBeCloseTo(Math.exp(-1), 6);
    expect(left(loadOf('b', T0 + SESSION_MS))).toBeCloseTo(Math.exp(-2), 6);
  });

  it('is nothing where they are on the same nodes, in whatever order', () => {
    const { shift } = setStage();
    shift.move(['a', 'b'], ['b', 'a'], unit, T0, T0);
    const heartbeat = aHeartbeat({ nodeId: 'a' });
    expect(shift.change(heartbeat, undefined, T0)).toBe(heartbeat);
  });

  it('is nothing any more once it has faded, to the last bit', () => {
    const { shift } = setStage();
    shift.move([], ['a'], unit, T0, T0);
    const heartbeat = aHeartbeat({ nodeId: 'a' });
    expect(shift.change(heartbeat, undefined, T0)).not.toBe(heartbeat);
    expect(shift.change(heartbeat, undefined, T0 + 2 * anHour)).toBe(heartbeat);
  });

  it('leaves no node with less than nothing, and what is not known unknown', () => {
    const { shift, loadOf } = setStage();
    for (let i = 0; i < 1_000; i++) shift.move(['a'], [], unit, T0, T0);
    const load = loadOf('a', T0, { load: { egressBps: null, cpu: null } });
    expect(load).toEqual({ cpu: null, egressBps: null, ingressBps: 0, allocations: 0 });
  });

  it('does not outlive the node', () => {
    const { shift, loadOf } = setStage();
    shift.move([], ['a'], unit, T0, T0);
    loadOf('a', T0);
    expect(loadOf('a', T0, { instanceId: 'built-anew' }).allocations).toBe(300);
    expect(loadOf('a', T0).allocations).toBe(300);
  });

  it('takes as much CPU along as it costs in its region', () => {
    const fleet = new Fleet();
    const entry = aLog();
    fleet.apply(entry({ kind: 'policy', policy: aPolicy() }, T0), T0);
    const heartbeat = aHeartbeat({ nodeId: 'a', load: { cpu: 0.2, egressBps: 200_000_000 } });
    fleet.apply(entry({ kind: 'heartbeat', heartbeat }, T0), T0);
    const region: FleetRegion | undefined = fleet.regions.get('us-east-1');
    const shift = new LoadShift(() => SESSION_MS);
    shift.move([], ['a'], { kbps: 100_000, allocations: 0 }, T0, T0);
    expect(shift.change(heartbeat, region, T0).load.cpu).toBeCloseTo(0.3, 6);
  });
});
