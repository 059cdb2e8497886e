import { describe, expect, it } from '@jest/globals';
import { aHeartbeat } from '@spillway/testkit';
import { aFleet, T0 } from './fleet.harness.js';

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
