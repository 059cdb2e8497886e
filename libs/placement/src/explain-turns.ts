import type { REGION_OBSTACLES } from '@spillway/contracts';
import { priceCurve, priceMs, spreadFactor, type PriceCurve } from '@spillway/fleet';
import { clientPrices } from './client-prices.js';
import type { Choice } from './explain.js';
import { EXPECTED_ROOM, MEASURED_ROOM, placeWhere, type PlacementRequest } from './place.js';
import type { PlacementView } from './placement-view.js';
import { leastFullness, type Weighing } from './strategy.js';

/**
 * Why a region did not serve a client, the first that applies: it is not allowed; it has no node that may be handed
 * out; none with a wanted transport; none with room by its measured load; none with room for what is expected, while
 * another region has; the client wished for another region, which serves; it is fuller in kind than another that is
 * open (not at home); it is at the threshold, and the strategy goes by that; round trip and price together are more;
 * it is farther away; the map names another.
 */
export type RegionObstacle = (typeof REGION_OBSTACLES)[number];

/** Where the outcome turns, all else as it was: see `turnsAt` of the explanation in the contracts. */
export interface TurningPoint {
  readonly priceMs: number | null;
  readonly load: number;
  readonly to?: string;
}

export function obstacleOf(
  view: PlacementView,
  request: PlacementRequest,
  { room, weighing, home, servedIn, isPreferred }: Choice,
  index: number,
): RegionObstacle | null {
  const region = view.regions[index];
  if (!region || index === servedIn) return null;
  if (!weighing.isAllowed[index]) return 'not-allowed';
  if (region.usable.length === 0) return 'no-node';
  if (!region.usable.some((node) => node.transports & request.transports)) return 'transports';
  const alone = { ...request, require: [region.id], prefer: undefined, count: 1 };
  if (!placeWhere(view, alone, MEASURED_ROOM)) return 'full';
  if (room === EXPECTED_ROOM && !placeWhere(view, alone, EXPECTED_ROOM)) return 'expected-full';
  if (isPreferred) return 'preference';
  return strategyObstacle(view, weighing, index === home, index);
}

function strategyObstacle(
  { policy }: PlacementView,
  weighing: Weighing,
  isHome: boolean,
  index: number,
): RegionObstacle {
  const fullness = weighing.fullness[index] ?? 2;
  if (policy.strategy === 'fixed-map') return isHome ? 'at-threshold' : 'not-mapped';
  if (isHome) return policy.strategy === 'priced' ? 'costs-more' : 'at-threshold';
  if (fullness > leastFullness(weighing)) return 'fuller';
  return policy.strategy === 'priced' ? 'costs-more' : 'further';
}

/** Asks the strategy again, as if the region were allowed, open and below the threshold. */
export function wouldServe(
  { strategy, standing }: PlacementView,
  { seed }: PlacementRequest,
  { able: weighing, servedIn, isPreferred }: Choice,
  index: number,
): boolean {
  if (index === servedIn || isPreferred || weighing.isOpen[index]) return false;
  const changed = {
    ...weighing,
    isAllowed: weighing.isAllowed.with(index, true),
    isOpen: weighing.isOpen.with(index, true),
    fullness: Array.from(weighing.fullness).with(index, 0),
  };
  const home = strategy.homeRegion(changed);
  const priceMs = clientPrices(standing, home, seed);
  return strategy.chooseRegion({ ...changed, priceMs }, home) === index;
}

/** `null` of a region that is closed to the client, and where neither price nor load would have changed anything. */
export function turnsAt(
  view: PlacementView,
  request: PlacementRequest,
  choice: Choice,
  index: number,
  integralMs: number,
): TurningPoint | null {
  const { able: weighing, servedIn, isPreferred } = choice;
  if (servedIn < 0 || !weighing.isOpen[index]) return null;
  const isServing = index === servedIn;
  if (isPreferred && !isServing) return null;
  // What a client wishes for serves as soon as it is below the threshold, whatever the strategy says.
  const isWished = request.prefer === view.regions[index]?.id;
  if (isWished && !isServing) return { priceMs: null, load: view.policy.threshold };
  if (isPreferred || view.policy.strategy !== 'priced') return byFullness(view, choice, index);
  return byPrice(view, request, choice, index, integralMs);
}

/** Regions that serve below the threshold alone. */
function byFullness(view: PlacementView, choice: Choice, index: number): TurningPoint | null {
  const { regions, strategy, policy } = view;
  const { able: weighing, servedIn, home } = choice;
  const load = policy.threshold;
  const isServing = index === servedIn;
  const fullness = Array.from(weighing.fullness).with(index, isServing ? 2 : 0);
  const next = strategy.chooseRegion({ ...weighing, fullness }, home);
  if (isServing) {
    const to = regions[next]?.id;
    return next === servedIn || to === undefined ? null : { priceMs: null, load, to };
  }
  return next === index ? { priceMs: null, load } : null;
}

/**
 * The price at which the next best costs as much, with the region's own load below the threshold where its being
 * fuller in kind is what is in the way.
 */
function byPrice(
  view: PlacementView,
  { seed }: PlacementRequest,
  choice: Choice,
  index: number,
  integralMs: number,
): TurningPoint | null {
  const { able: weighing, servedIn, home } = choice;
  const isFuller = index !== home && (weighing.fullness[index] ?? 2) > leastFullness(weighing);
  const rivals = {
    ...weighing,
    fullness: isFuller ? Array.from(weighing.fullness).with(index, 0) : weighing.fullness,
    priceMs: Array.from(weighing.priceMs).with(index, Infinity),
  };
  const rival = view.strategy.chooseRegion(rivals, home);
  const to = index === servedIn ? view.regions[rival]?.id : undefined;
  if (rival < 0 || rival === index) {
    return isFuller ? { priceMs: null, load: view.policy.threshold } : null;
  }
  const price = costOf(weighing, rival) - (weighing.rttMs[index] ?? 0);
  if (price <= 0) return null;
  const isCapped = index !== home && isAnotherEmptier(weighing, index);
  const curve = priceCurve(view.policy, view.regions[index]?.holds ?? Infinity);
  const factor = index === home ? spreadFactor(curve.spread, seed) : 1;
  const load = loadOf(curve, price / factor, integralMs, isCapped);
  return { priceMs: price, load, ...(to !== undefined && { to }) };
}

function costOf({ rttMs, priceMs }: Weighing, index: number): number {
  return (rttMs[index] ?? 0) + (priceMs[index] ?? 0);
}

/** Then the region serves nobody else's clients from the threshold on. */
function isAnotherEmptier({ isOpen, fullness }: Weighing, index: number): boolean {
  return isOpen.some((open, i) => open && i !== index && (fullness[i] ?? 2) < 2);
}

/** More than any node is taken to have. */
const MOST_LOAD = 4;
/** Halvings, to a millionth. */
const STEPS = 22;

/** The greatest load at which a region costs no more than that. */
function loadOf(curve: PriceCurve, price: number, integralMs: number, isCapped: boolean): number {
  let low = 0;
  let high = isCapped ? curve.threshold : MOST_LOAD;
  if (priceMs(high, integralMs, curve) <= price) return high;
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (priceMs(middle, integralMs, curve) <= price) low = middle;
    else high = middle;
  }
  return low;
}
