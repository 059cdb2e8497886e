import { describe, expect, it } from '@jest/globals';
import { regionPriceMs } from './standing.js';
import { priceCurve, spreadFactor } from '@spillway/fleet';
import * as fc from 'fast-check';
import { aCase, aView } from './any-fleet.harness.js';
import { explainPlacement, type PlacementExplanation } from './explain.js';
import { place, weigh, type PlacementRequest } from './place.js';
import type { PlacementView } from './placement-view.js';

const RUNS = 1_000;
/** Prices this close to each other may be the same but for rounding. */
const EPSILON_MS = 1e-3;

/** Who serves when a region costs so much, as the strategy has it. */
function servedAt(
  view: PlacementView,
  request: PlacementRequest,
  { regions, home }: PlacementExplanation,
  index: number,
  change: { priceMs?: number; fullness?: number },
): string | undefined {
  const weighing = weigh(view, request);
  const isOpen = regions.map(({ obstacle }) => !CLOSED.has(obstacle ?? ''));
  const priceMs = Array.from(weighing.priceMs).with(index, change.priceMs ?? weighing.priceMs[index] ?? 0);
  const fullness = Array.from(weighing.fullness).with(
    index,
    change.fullness ?? weighing.fullness[index] ?? 2,
  );
  const homeIndex = regions.findIndex(({ id }) => id === home);
  const chosen = view.strategy.chooseRegion({ ...weighing, isOpen, priceMs, fullness }, homeIndex);
  return view.regions[chosen]?.id;
}

const CLOSED = new Set(['not-allowed', 'no-node', 'transports', 'full', 'expected-full']);

describe('An explanation of any decision', () => {
  it('has the outcome of the decision, and a reason for every region but the one that serves', () => {
    fc.assert(
      fc.property(aCase, ({ fleet: any, request }) => {
        const { fleet, view } = aView(any);
        const placement = place(view, request);
        const { outcome, regions, compared, nodeRule } = explainPlacement(fleet, view, request);
        if (!placement.isPlaced) {
          expect(outcome).toEqual({ code: placement.code });
          expect(regions.every(({ obstacle }) => CLOSED.has(obstacle ?? ''))).toBe(true);
          return;
        }
        expect(outcome).toMatchObject({
          region: placement.region,
          nodes: placement.nodes.map(({ id }) => id),
        });
        for (const { id, obstacle } of regions) expect(obstacle === null).toBe(id === placement.region);
        expect(compared.filter(({ isChosen }) => isChosen)).toHaveLength(placement.nodes.length);
        expect(nodeRule).not.toBeNull();
      }),
      { numRuns: RUNS },
    );
  });

  it('says right at which price the strategy would have chosen otherwise', () => {
    let turned = 0;
    fc.assert(
      fc.property(aCase, ({ fleet: any, request: asked }) => {
        const request = { ...asked, prefer: undefined, count: 1 };
        const { fleet, view } = aView({ ...any, strategy: 'priced' });
        const explanation = explainPlacement(fleet, view, request);
        for (const [i, { id, turnsAt, obstacle }] of explanation.regions.entries()) {
          if (turnsAt?.priceMs === null || turnsAt?.priceMs === undefined) continue;
          const { priceMs, to } = turnsAt;
          turned++;
          const at = (price: number) =>
            servedAt(view, request, explanation, i, {
              priceMs: price,
              ...(obstacle === 'fuller' && { fullness: 0 }),
            });
          if (priceMs > EPSILON_MS) expect(at(priceMs - EPSILON_MS)).toBe(id);
          if (to === undefined) expect(at(priceMs + EPSILON_MS)).not.toBe(id);
          else expect(at(priceMs + EPSILON_MS)).toBe(to);
        }
      }),
      { numRuns: RUNS },
    );
    expect(turned).toBeGreaterThan(RUNS / 10);
  });

  it('says right at which load a region costs so much', () => {
    fc.assert(
      fc.property(aCase, ({ fleet: any, request }) => {
        const { fleet, view } = aView({ ...any, strategy: 'priced' });
        for (const [i, { turnsAt }] of explainPlacement(fleet, view, request).regions.entries()) {
          const region = view.regions[i];
          if (!region || !turnsAt || turnsAt.priceMs === null) continue;
          // The price of one client, who may belong to a small region.
          const { spread } = priceCurve(view.policy, region.holds);
          const factor = i === weigh(view, request).home ? spreadFactor(spread, request.seed) : 1;
          const at = (load: number) => {
            const loaded = { ...region, spillover: region.spillover, holds: region.holds, utilization: load };
            return factor * regionPriceMs(loaded, view.policy, fleet.now);
          };
          expect(at(turnsAt.load)).toBeLessThanOrEqual(turnsAt.priceMs + EPSILON_MS);
          if (turnsAt.load !== view.policy.threshold) {
            expect(at(turnsAt.load + 1e-4)).toBeGreaterThanOrEqual(turnsAt.priceMs - EPSILON_MS);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('says right which region would have served, had it been allowed', () => {
    let would = 0;
    fc.assert(
      fc.property(aCase, ({ fleet: any, request: asked }) => {
        // Nothing is expected, so there is one kind of room.
        const nodes = any.nodes.map((node) => ({ ...node, reservations: 0 }));
        const { fleet, view } = aView({ ...any, nodes });
        const request = { ...asked, prefer: undefined, count: 1, require: ['us-east-1'] };
        const both = ['us-east-1', 'eu-central-1'];
        const { regions, outcome } = explainPlacement(fleet, view, request);
        const free = place(view, { ...request, require: both });
        const other = regions[1];
        // Below the threshold with room for everybody: what it is taken to be when it is asked about.
        if (!other || 'code' in outcome || other.fullness !== 'below-threshold') return;
        if (!place(view, { ...request, require: ['eu-central-1'] }).isPlaced) return;
        if (other.wouldServe) would++;
        expect(other.wouldServe).toBe(free.isPlaced && free.region === other.id);
      }),
      { numRuns: RUNS },
    );
    expect(would).toBeGreaterThan(0);
  });
});
