import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { ap, aWorld, eu, FRANKFURT, loaded, UNKNOWN_LOAD, us } from '../world.harness.js';

const policy = aPolicy({ strategy: 'waterfall' });

describe('The strategy waterfall', () => {
  it('1.–2. serves clients in the nearest allowed region while it is below the threshold, whatever it costs', () => {
    const { placed, charge } = aWorld([us('a', loaded(0.79)), eu('b')], policy);
    charge('us-east-1', 400);
    expect(placed()).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
    expect(placed({ location: FRANKFURT, require: ['us-east-1'] }).region).toBe('us-east-1');
  });

  it('3. sends them on to the nearest below the threshold', () => {
    const { placed } = aWorld([us('a', loaded(0.8)), eu('b', loaded(0.81)), ap('c')], policy);
    expect(placed()).toMatchObject({ region: 'ap-southeast-1', reason: 'spillover' });
    expect(placed({ location: FRANKFURT }).region).toBe('ap-southeast-1');
  });

  it('3. takes a region of unknown load for one below only for its own clients, or when none is known to be', () => {
    const blind = eu('b', UNKNOWN_LOAD);
    const known = aWorld([us('a', loaded(0.9)), blind, ap('c')], policy);
    expect(known.placed().region).toBe('ap-southeast-1');
    expect(known.placed({ location: FRANKFURT }).region).toBe('eu-central-1');
    const none = aWorld([us('a', loaded(0.9)), blind, ap('c', loaded(0.9))], policy);
    expect(none.placed().region).toBe('eu-central-1');
  });

  it('4. sends them to the nearest with room when all are at the threshold', () => {
    const { placed } = aWorld([us('a', loaded(0.95)), eu('b', loaded(0.85))], policy);
    expect(placed()).toMatchObject({ region: 'us-east-1', reason: 'nearest' });
  });
});
