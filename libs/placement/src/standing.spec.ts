import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { placementView } from './placement-view.js';
import { fullnessOf, regionPriceMs } from './standing.js';
import { aWorld, degrees, eu, loaded, ONE_NODE, T0, UNKNOWN_LOAD, us } from './world.harness.js';

const policy = aPolicy({ strategy: 'priced' });
const MINUTE = 60_000;
const { target, gainMs, wallMs } = ONE_NODE;

describe('The prices of a view', () => {
  it('are zero while there is room, and are those of the load and the slow part together', () => {
    const { view, charge } = aWorld([us('a', loaded(0.81)), eu('b', loaded(0.5))], policy);
    const fast = (0.81 - target) * gainMs + 0.01 * wallMs;
    expect(Array.from(view.priceMs)).toEqual([expect.closeTo(fast), 0, 0]);
    charge('us-east-1', 100);
    charge('eu-central-1', 100);
    expect(Array.from(view.priceMs)).toEqual([expect.closeTo(fast + 100), 0, 0]);
  });

  it('rise with what is issued, at once', () => {
    const { view, fleet } = aWorld([us('a', loaded(target))], policy);
    const before = view.priceMs[0];
    for (let i = 0; i < 300; i++) fleet.reserve('a', T0);
    expect(before).toBeCloseTo(0);
    const utilization = target + 300 / 5000 - (10 / 600) * target;
    expect(view.priceMs[0]).toBeCloseTo((utilization - target) * gainMs + (utilization - 0.8) * wallMs);
  });

  it('hold their slow part for as long as it is valid, then let it fall over ten minutes', () => {
    const { view, fleet, charge } = aWorld([us('a', { ...loaded(target), intervalMs: 60_000 })], policy);
    charge('us-east-1', 200);
    // Held by a link that is down, as a router's view is when it loses the bus.
    fleet.setLink('down', T0);
    const at = (ms: number) => {
      fleet.advance(T0 + ms);
      return view.priceMs[0];
    };
    expect(at(MINUTE)).toBeCloseTo(200);
    expect(at(6 * MINUTE)).toBeCloseTo(100);
    expect(at(8.5 * MINUTE)).toBeCloseTo(50);
    expect(at(11 * MINUTE)).toBeCloseTo(0);
    expect(at(60 * MINUTE)).toBeCloseTo(0);
  });

  it('take a region of unknown load for one at its target, or for as full as what was issued makes it', () => {
    const { view, fleet, charge } = aWorld([us('a', UNKNOWN_LOAD)], policy);
    expect(view.priceMs[0]).toBe(0);
    charge('us-east-1', 100);
    expect(view.priceMs[0]).toBe(100);
    for (let i = 0; i < 820; i++) fleet.reserve('a', T0);
    expect(view.priceMs[0]).toBeCloseTo(100 + 0.03 * 500 + 0.02 * 20_000);
  });

  it('are those of its own regions under a policy that has not all of them', () => {
    const { fleet, charge } = aWorld([us('a', UNKNOWN_LOAD), eu('b', UNKNOWN_LOAD)], policy);
    const { 'us-east-1': _, ...regions } = policy.regions;
    const view = placementView(fleet, degrees, { ...policy, regions });
    expect(Array.from(view?.priceMs ?? [])).toEqual([0, 0]);
    charge('eu-central-1', 100);
    expect(Array.from(view?.priceMs ?? [])).toEqual([100, 0]);
  });
});

describe('The prices of a view, whatever happens', () => {
  const happening = fc.oneof(
    fc.record({ kind: fc.constant('load' as const), u: fc.double({ min: 0, max: 1.2, noNaN: true }) }),
    fc.record({ kind: fc.constant('unknown' as const) }),
    fc.record({ kind: fc.constant('drain' as const) }),
    fc.record({ kind: fc.constant('reserve' as const) }),
    fc.record({ kind: fc.constant('charge' as const), ms: fc.integer({ min: 0, max: 400 }) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 5 * MINUTE }) }),
  );

  it('are what they would be if they were reckoned anew each time', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        const { fleet, view, apply, charge } = aWorld([us('a'), eu('b')], policy);
        let now = T0;
        happenings.forEach((each, i) => {
          const hear = (load: object) =>
            apply({ kind: 'heartbeat', heartbeat: aHeartbeat({ nodeId: 'a', seq: i + 2, ...load }) }, now);
          if (each.kind === 'load') hear(loaded(each.u));
          else if (each.kind === 'unknown') hear(UNKNOWN_LOAD);
          else if (each.kind === 'drain') hear({ state: 'draining' });
          else if (each.kind === 'reserve') fleet.reserve('a', now);
          else if (each.kind === 'charge') charge('us-east-1', each.ms, now);
          else fleet.advance((now += each.ms));
          const anew = view.regions.map((region) => regionPriceMs(region, policy, now));
          const { priceMs, fullness, isServed } = view.standing;
          expect(Array.from(priceMs)).toEqual(anew);
          expect(Array.from(fullness)).toEqual(view.regions.map((region) => fullnessOf(region, policy)));
          expect(isServed).toEqual(view.regions.map(({ usable }) => usable.length > 0));
        });
      }),
    );
  });

  it('never fall when the load rises', () => {
    const utilization = fc.double({ min: 0, max: 2, noNaN: true });
    const integral = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(utilization, utilization, integral, fc.nat({ max: 500 }), (one, other, ms, issued) => {
        const price = (u: number) => {
          const { view, charge, fleet } = aWorld([us('a', loaded(u))], policy);
          charge('us-east-1', ms);
          for (let i = 0; i < issued; i++) fleet.reserve('a', T0);
          return view.priceMs[0] ?? NaN;
        };
        expect(price(Math.max(one, other))).toBeGreaterThanOrEqual(price(Math.min(one, other)));
      }),
      { numRuns: 100 },
    );
  });
});
