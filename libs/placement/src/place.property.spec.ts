import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { aCase, aView, REGIONS } from './any-fleet.harness.js';
import { place, type Placement, type Refusal } from './place.js';

describe('place, for any fleet and request', () => {
  it('hands out only nodes that are usable, in an allowed region, with room, and each once', () => {
    fc.assert(
      fc.property(aCase, ({ fleet: any, request }) => {
        const { fleet, view } = aView(any);
        const placement = place(view, request);
        if (!placement.isPlaced) return;
        expect(new Set(placement.nodes.map(({ node }) => node)).size).toBe(placement.nodes.length);
        expect(placement.nodes.length).toBeLessThanOrEqual(request.count);
        for (const node of placement.nodes) {
          const { region, state } = node.node.heartbeat;
          expect(state).toBe('serving');
          expect(fleet.node(region, node.id)?.freshness).not.toBe('unknown');
          expect(request.require ?? REGIONS).toContain(region);
          expect(node.measured ?? 0).toBeLessThan(1);
          expect(node.transports & request.transports).not.toBe(0);
        }
        expect(placement.nodes[0]?.node.heartbeat.region).toBe(placement.region);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses only when no usable node in an allowed region has room', () => {
    fc.assert(
      fc.property(aCase, ({ fleet: any, request }) => {
        const { view } = aView(any);
        const allowed = view.regions.filter(({ id }) => request.require?.includes(id) ?? true);
        const couldServe = allowed.some(({ usable }) =>
          usable.some((node) => (node.measured ?? 0) < 1 && (node.transports & request.transports) !== 0),
        );
        expect(place(view, request).isPlaced).toBe(couldServe);
      }),
      { numRuns: 1000 },
    );
  });

  it('decides the same again while nothing changes, and on a fleet that is the same', () => {
    fc.assert(
      fc.property(aCase, ({ fleet, request }) => {
        const { view } = aView(fleet);
        const picture = (placement: Placement | Refusal) =>
          placement.isPlaced ? { ...placement, nodes: placement.nodes.map(({ id }) => id) } : placement;
        const first = picture(place(view, request));
        expect(picture(place(view, request))).toEqual(first);
        expect(picture(place(aView(fleet).view, request))).toEqual(first);
      }),
    );
  });
});
