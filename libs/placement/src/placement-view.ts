import type { PolicyDocument } from '@spillway/contracts';
import type { Fleet, FleetRegion } from '@spillway/fleet';
import { Prices } from './prices.js';
import { Proximity, type EstimateRtt } from './proximity.js';
import { STRATEGIES } from './strategies/index.js';
import type { Strategy } from './strategy.js';

/** The fleet as one decision sees it. `regions`, `proximity` and `priceMs` are in the same order. */
export interface PlacementView {
  readonly policy: PolicyDocument;
  readonly regions: readonly FleetRegion[];
  readonly proximity: Proximity;
  /** What a place costs in each region, in ms, as of the time the fleet has been advanced to. */
  readonly priceMs: ArrayLike<number>;
  readonly strategy: Strategy;
}

/** How decisions are made under the policy in force; `undefined` while there is none. Make it anew with the policy. */
export function placementView(fleet: Fleet, estimateRtt: EstimateRtt): PlacementView | undefined {
  const { policy } = fleet;
  if (!policy) return undefined;
  const regions = [...fleet.regions.values()];
  const places = regions.map((region) => region.place);
  const prices = new Prices(regions, policy);
  return {
    policy,
    regions,
    proximity: new Proximity(places, estimateRtt),
    get priceMs() {
      return prices.at(fleet.now);
    },
    strategy: STRATEGIES[policy.strategy],
  };
}
