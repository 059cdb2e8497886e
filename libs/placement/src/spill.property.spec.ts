import { describe, expect, it } from '@jest/globals';
import { STRATEGY_NAMES } from '@spillway/contracts';
import { ALL_TRANSPORTS, type FleetNode, type FleetRegion } from '@spillway/fleet';
import * as fc from 'fast-check';
import { aCase, aView } from './any-fleet.harness.js';
import { place, type PlacementRequest } from './place.js';
import type { PlacementView } from './placement-view.js';

describe.each(STRATEGY_NAMES)('The strategy %s, for any fleet and request', (strategy) => {
  it('sends nobody from elsewhere to a region over the threshold while an open one is below', () => {
    fc.assert(
      fc.property(aCase, ({ fleet, request: { require, location, seed } }) => {
        const { view } = aView({ ...fleet, strategy });
        const request = { ...ANYTHING, require, location, seed };
        const served = spilledTo(view, request);
        if (!served || load(served) < 0.8) return;
        const better = allowed(view, request).filter((region) => load(region) < 0.8 && hasRoom(region));
        expect(better.map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

// The fallback of a fixed map is fixed, known or not.
const MEASURING = STRATEGY_NAMES.filter((name) => name !== 'fixed-map');

describe.each(MEASURING)('The strategy %s, for any fleet and request', (strategy) => {
  it('sends nobody from elsewhere to a region of unknown load while one is known to be below', () => {
    fc.assert(
      fc.property(aCase, ({ fleet, request: { require, location, seed } }) => {
        const { view } = aView({ ...fleet, strategy });
        const request = { ...ANYTHING, require, location, seed };
        if (spilledTo(view, request)?.measured !== null) return;
        const better = allowed(view, request).filter(
          (region) => region.measured !== null && load(region) < 0.8 && hasRoom(region),
        );
        expect(better.map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

const ANYTHING = { prefer: undefined, transports: ALL_TRANSPORTS, count: 1 };

/** Where the client is served, if that is not where it belongs; `undefined` for one whose home is not told. */
function spilledTo(view: PlacementView, request: PlacementRequest): FleetRegion | undefined {
  const placement = place(view, request);
  if (!placement.isPlaced || !request.location || placement.region === placement.nearestRegion) {
    return undefined;
  }
  return view.regions.find(({ id }) => id === placement.region);
}

function allowed({ regions }: PlacementView, { require }: PlacementRequest): FleetRegion[] {
  return regions.filter(({ id }) => require?.includes(id) ?? true);
}

/** What is not measured counts as what was issued for it. */
function load({ measured, reserved }: FleetRegion | FleetNode): number {
  return (measured ?? 0) + reserved;
}

function hasRoom({ usable }: FleetRegion): boolean {
  return usable.some((node) => load(node) < 1);
}
