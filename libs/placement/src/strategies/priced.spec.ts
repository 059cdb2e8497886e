import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { ap, aWorld, eu, FRANKFURT, loaded, ONE_NODE, NEW_YORK, UNKNOWN_LOAD, us } from '../world.harness.js';
import { priced } from './priced.js';

const policy = aPolicy({ strategy: 'priced' });
/** Between the two: 4° nearer to the first. */
const MID_ATLANTIC = { latitude: 44.6, longitude: -36.5, continent: null };

describe('The strategy priced', () => {
  it('1. serves clients in the nearest allowed region while there is room', () => {
    const { placed } = aWorld([us('a', loaded(0.7)), eu('b', loaded(0.1))], policy);
    expect(placed()).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
    expect(placed({ location: MID_ATLANTIC }).region).toBe('us-east-1');
    const elsewhere = placed({ location: FRANKFURT, require: ['us-east-1'] });
    expect(elsewhere).toMatchObject({ region: 'us-east-1', nearestRegion: 'us-east-1', reason: 'required' });
  });

  it('2. sends nobody from elsewhere to a region at the threshold while another is below, the own one included', () => {
    const { placed, charge } = aWorld([us('a', loaded(0.78)), eu('b', loaded(0.8))], policy);
    charge('us-east-1', 400);
    expect(placed()).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
    const below = aWorld([us('a', loaded(0.78)), eu('b', loaded(0.78))], policy);
    below.charge('us-east-1', 400);
    expect(below.placed()).toMatchObject({ region: 'eu-central-1', reason: 'spillover' });
  });

  it('2. leaves a region at the threshold to its own clients, as long as that costs them least', () => {
    const { placed } = aWorld([us('a', loaded(0.8)), eu('b', loaded(0.1))], policy);
    expect(placed()).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
    expect(placed({ location: FRANKFURT }).region).toBe('eu-central-1');
  });

  it('2. sends nobody from elsewhere to a region of unknown load while another is known to have room', () => {
    const blind = eu('b', UNKNOWN_LOAD);
    const known = aWorld([us('a', loaded(0.85)), blind, ap('c')], policy);
    expect(known.placed()).toMatchObject({ region: 'ap-southeast-1', reason: 'spillover' });
    const none = aWorld([us('a', loaded(0.9)), blind, ap('c', loaded(0.9))], policy);
    expect(none.placed()).toMatchObject({ region: 'eu-central-1', reason: 'spillover' });
    expect(known.placed({ location: FRANKFURT })).toMatchObject({
      region: 'eu-central-1',
      reason: 'nearest',
    });
  });

  it('3. makes those leave for whom the next region is almost as near, and nobody else', () => {
    const { placed, charge } = aWorld([us('a', loaded(ONE_NODE.target)), eu('b')], policy);
    charge('us-east-1', 3);
    expect(placed({ location: MID_ATLANTIC })).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
    charge('us-east-1', 6);
    expect(placed({ location: MID_ATLANTIC })).toMatchObject({
      region: 'eu-central-1',
      nearestRegion: 'us-east-1',
      reason: 'spillover',
    });
    expect(placed({ location: NEW_YORK }).region).toBe('us-east-1');
    charge('us-east-1', 100);
    expect(placed({ location: NEW_YORK }).region).toBe('eu-central-1');
  });

  it('3. goes by overshoot when every open region is at the threshold or above', () => {
    const { placed } = aWorld([us('a', loaded(0.9)), eu('b', loaded(0.85)), ap('c', loaded(0.95))], policy);
    expect(placed()).toMatchObject({ region: 'eu-central-1', reason: 'spillover' });
    const even = aWorld([us('a', loaded(0.9)), eu('b', loaded(0.9))], policy);
    expect(even.placed().region).toBe('us-east-1');
    expect(even.placed({ location: FRANKFURT }).region).toBe('eu-central-1');
  });

  it('3. takes the nearer of regions that cost the same, and the first of those as near', () => {
    const { view } = aWorld([us('a'), eu('b'), ap('c')], policy);
    const choose = (rttMs: number[], priceMs: number[]) => {
      const open = [true, true, true];
      const { regions, policy, standing } = view;
      const client = {
        isAllowed: open,
        isOpen: open,
        rttMs,
        nearest: rttMs.indexOf(Math.min(...rttMs)),
        continent: null,
      };
      const weighing = { policy, regions, ...standing, ...client, priceMs };
      return priced.chooseRegion(weighing, 0);
    };
    expect(choose([30, 20, 10], [0, 10, 20])).toBe(2);
    expect(choose([30, 20, 20], [0, 10, 10])).toBe(1);
    expect(choose([20, 20, 20], [0, 0, 0])).toBe(0);
  });

  it('asks a fallback of a client whose own region has no usable node, not a price', () => {
    const { placed } = aWorld([us('a', { state: 'draining' }), eu('b')], policy);
    expect(placed()).toMatchObject({ region: 'eu-central-1', reason: 'fallback' });
  });
});
