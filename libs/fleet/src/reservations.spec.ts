import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { Fleet } from './fleet.js';
import { aFleet, issued, served, T0 } from './fleet.harness.js';

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

  it('end as smoothly as they began: half of what was issued in 200 ms is gone after half of them', () => {
    const { fleet, hear } = aFleet(policy);
    hear(aHeartbeat(), T0);
    const count = (at: number) => {
      fleet.advance(at);
      return fleet.node('us-east-1', 'n1')?.reservations;
    };
    for (let ms = 10; ms <= 200; ms += 10) {
      fleet.advance(T0 + ms);
      fleet.reserve('n1', T0 + ms);
    }
    expect([50, 100, 150, 200].map((ms) => count(T0 + 10_000 + ms))).toEqual([15, 10, 5, 0]);
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

describe('Reservations and the calls that end meanwhile', () => {
  const policy = aPolicy({
    reservation: { rampSeconds: 10, sessionSeconds: 500, bandwidthBps: 0, allocations: 1 },
  });
  /** A node at 80 % of 5,000 allocations, of which 80 end in ten seconds, after so many credentials were issued. */
  function after(credentials: number) {
    const { fleet, hear } = aFleet(policy);
    hear(aHeartbeat({ load: { cpu: null, egressBps: null, ingressBps: null, allocations: 4_000 } }), T0);
    for (let i = 0; i < credentials; i++) fleet.reserve('n1', T0);
    return { region: fleet.regions.get('us-east-1'), node: fleet.node('us-east-1', 'n1') };
  }

  it.each([
    { credentials: 0, utilization: 0.8 },
    { credentials: 40, utilization: 0.8 },
    { credentials: 80, utilization: 0.8 },
    { credentials: 130, utilization: 0.81 },
  ])('take a region at 80 % to $utilization with $credentials of them', ({ credentials, utilization }) => {
    expect(after(credentials).region?.utilization).toBeCloseTo(utilization, 9);
  });

  it('count whole on a node: nothing says that what ends, ends there', () => {
    expect(after(40).node?.reserved).toBeCloseTo(0.008, 9);
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
