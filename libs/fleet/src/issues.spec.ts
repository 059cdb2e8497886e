import { describe, expect, it } from '@jest/globals';
import { aHeartbeat } from '@spillway/testkit';
import { Fleet } from './fleet.js';
import { aFleet, issued, served, T0 } from './fleet.harness.js';
import { ROUTER_LIVE_MS } from './live-routers.js';
import { TOLD_AFTER_MS } from './untold.js';

const IDLE = { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 };

/** A router's fleet in which the idle node n1 was heard, and other routers that can be heard. */
function aRouter() {
  const { fleet, apply, hear } = aFleet();
  hear(aHeartbeat({ intervalMs: 60_000, load: IDLE }), T0);
  const hearRouter = (name: string, at: number, decisions = issued().decisions) =>
    apply({ kind: 'issued', issued: issued(decisions, { routerId: name, bootId: `${name}-boot` }) }, at);
  const reservations = (at: number) => {
    fleet.advance(at);
    const node = fleet.node('us-east-1', 'n1');
    expect(fleet.regions.get('us-east-1')?.reserved).toBeCloseTo(node?.reserved ?? NaN, 12);
    return node?.reservations;
  };
  return { fleet, apply, hearRouter, reservations };
}

describe('The number of live routers', () => {
  it('is one for a router that hears of no other, and for who is no router', () => {
    const { fleet, apply } = aRouter();
    apply({ kind: 'issued', issued: issued([], { routerId: 'r1', bootId: 'own-boot' }) }, T0);
    expect(fleet.liveRouters()).toBe(1);
    expect(new Fleet().liveRouters()).toBe(1);
  });

  it('counts every run of a router heard within five seconds of log time, empty batches too', () => {
    const { fleet, hearRouter } = aRouter();
    hearRouter('r2', T0);
    hearRouter('r3', T0 + 1000);
    hearRouter('r2', T0 + 2000);
    expect(fleet.liveRouters()).toBe(3);
    fleet.advance(T0 + 1000 + ROUTER_LIVE_MS - 1);
    expect(fleet.liveRouters()).toBe(3);
    fleet.advance(T0 + 1000 + ROUTER_LIVE_MS);
    expect(fleet.liveRouters()).toBe(2);
    fleet.advance(T0 + 2000 + ROUTER_LIVE_MS);
    expect(fleet.liveRouters()).toBe(1);
  });

  it('is without oneself for who only watches', () => {
    const { fleet, apply } = aFleet(undefined, new Fleet());
    for (const routerId of ['r1', 'r2']) apply({ kind: 'issued', issued: issued([], { routerId }) }, T0);
    expect(fleet.liveRouters()).toBe(2);
  });

  it('is kept while the link is down, and for as long again as it takes to be heard when it is back', () => {
    const { fleet, hearRouter } = aRouter();
    hearRouter('r2', T0);
    fleet.setLink('down', T0 + 1000);
    fleet.advance(T0 + 600_000);
    expect(fleet.liveRouters()).toBe(2);
    fleet.setLink('up', T0 + 600_000);
    fleet.advance(T0 + 600_000 + ROUTER_LIVE_MS - 1);
    expect(fleet.liveRouters()).toBe(2);
    fleet.advance(T0 + 600_000 + ROUTER_LIVE_MS);
    expect(fleet.liveRouters()).toBe(1);
  });
});

describe('What the other routers have not told yet', () => {
  it('is taken to be as much each as one has issued oneself, for half a second', () => {
    const { fleet, hearRouter, reservations } = aRouter();
    hearRouter('r2', T0);
    hearRouter('r3', T0);
    fleet.reserve('n1', T0);
    fleet.reserve('n1', T0);
    expect(reservations(T0 + TOLD_AFTER_MS - 1)).toBe(6);
    expect(reservations(T0 + TOLD_AFTER_MS + 50)).toBe(2);
    expect(reservations(T0 + 10_250)).toBe(0);
  });

  it('follows the number of routers', () => {
    const { fleet, hearRouter, reservations } = aRouter();
    fleet.reserve('n1', T0);
    expect(reservations(T0)).toBe(1);
    hearRouter('r2', T0 + 100);
    expect(reservations(T0 + 100)).toBe(2);
    fleet.advance(T0 + 4_900);
    fleet.reserve('n1', T0 + 4_900);
    expect(reservations(T0 + 4_900)).toBe(1 + 2);
    expect(reservations(T0 + 5_100)).toBe(1 + 1);
  });

  it('comes on top of what they have told', () => {
    const { fleet, hearRouter, reservations } = aRouter();
    hearRouter('r2', T0, [served('n1'), served('n1')]);
    fleet.reserve('n1', T0);
    expect(reservations(T0)).toBe(2 + 2);
  });

  it('is everything since the link went down, until it has been back for half a second', () => {
    const { fleet, hearRouter, reservations } = aRouter();
    hearRouter('r2', T0);
    fleet.setLink('down', T0 + 1000);
    fleet.reserve('n1', T0 + 1000);
    expect(reservations(T0 + 8_000)).toBe(2);
    fleet.setLink('up', T0 + 8_000);
    expect(reservations(T0 + 8_000 + TOLD_AFTER_MS - 1)).toBe(2);
    expect(reservations(T0 + 8_000 + TOLD_AFTER_MS)).toBe(1);
  });

  it("ends with the ramp of one's own while the link is down", () => {
    const { fleet, hearRouter, reservations } = aRouter();
    hearRouter('r2', T0);
    fleet.setLink('down', T0 + 1000);
    fleet.reserve('n1', T0 + 1000);
    expect(reservations(T0 + 10_900)).toBe(2);
    expect(reservations(T0 + 11_250)).toBe(0);
  });
});
