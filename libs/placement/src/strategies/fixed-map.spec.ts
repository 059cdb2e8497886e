import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { ap, aWorld, eu, FRANKFURT, NEW_YORK, us } from '../world.harness.js';

describe('The strategy fixed-map', () => {
  const policy = aPolicy({
    strategy: 'fixed-map',
    fixedMap: { continents: { EU: 'eu-central-1', NA: 'eu-central-1' }, fallback: 'us-east-1' },
  });
  const asia = { latitude: 1, longitude: 103, continent: 'AS' as const };

  it('1. sends a continent to the region the map gives it, near or not; without one to the fallback', () => {
    const { placed } = aWorld([us('a'), eu('b')], policy);
    expect(placed({ location: NEW_YORK }).region).toBe('eu-central-1');
    expect(placed({ location: asia }).region).toBe('us-east-1');
    expect(placed({ location: undefined }).region).toBe('us-east-1');
  });

  it('2.–4. sends clients of a region over the threshold, or without a node, to the fallback, then anywhere', () => {
    const hot = eu('b', { load: { allocations: 4000 } });
    expect(aWorld([us('a'), hot], policy).placed({ location: FRANKFURT })).toMatchObject({
      region: 'us-east-1',
      reason: 'spillover',
    });
    expect(aWorld([hot], policy).placed({ location: FRANKFURT }).region).toBe('eu-central-1');
    expect(aWorld([ap('far')], policy).placed({ location: FRANKFURT })).toMatchObject({
      region: 'ap-southeast-1',
      nearestRegion: 'eu-central-1',
      reason: 'fallback',
    });
  });

  it('5. takes the node with the lowest CPU % + Mbit/s ÷ 10 by its last heartbeat, for everybody', () => {
    const nodes = [
      eu('a', { load: { cpu: 0.1, egressBps: 300e6 } }),
      eu('b', { load: { cpu: 0.3, egressBps: 50e6 } }),
      eu('c', { load: { cpu: null } }),
    ];
    const { placed } = aWorld(nodes, policy);
    for (let i = 0; i < 20; i++) expect(placed({ location: FRANKFURT }).nodes).toEqual(['b']);
  });
});
