import { describe, expect, it } from '@jest/globals';
import { Relays } from '../engine/relays.js';
import { NodeHours } from './node-hours.js';

describe('node-hours', () => {
  it('are counted against the fewest nodes that could have carried every region at 80 %', () => {
    const relays = new Relays(2);
    for (const region of [0, 0, 0, 1]) relays.add(region, 0);
    relays.change(0, 410_000, 1, 0); // a node holds 400,000 at 80 %: two are needed
    relays.change(3, 100_000, 1, 0);
    const hours = new NodeHours(() => 4);
    for (let second = 0; second < 3600; second++) hours.second(second * 1000, relays);
    expect(hours.report()).toEqual({ nodeHours: 4, nodeHoursBound: 3 });
  });
});
