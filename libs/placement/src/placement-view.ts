import type { PolicyDocument } from '@spillway/contracts';
import type { Fleet, FleetRegion } from '@spillway/fleet';
import { Proximity, type EstimateRtt } from './proximity.js';
import { Standings, type Standing } from './standing.js';
import { STRATEGIES } from './strategies/index.js';
import type { Strategy } from './strategy.js';

/** The fleet as one decision sees it. `regions`, `proximity` and `standing` are in the same order. */
export interface PlacementView {
  readonly policy: PolicyDocument;
  readonly regions: readonly FleetRegion[];
  readonly proximity: Proximity;
  /** True for every region: where a client without a requirement may go. */
  readonly everywhere: readonly boolean[];
  /** As of the time the fleet has been advanced to; read it once per decision. */
  readonly standing: Standing;
  /** Log time of the newest heartbeat of any node, in ms. */
  readonly heardAt: number;
  /** What a place costs in each region, in ms: that of `standing`. */
  readonly priceMs: ArrayLike<number>;
  readonly strategy: Strategy;
}

/**
 * How decisions are made under the policy in force; `undefined` while there is none. Make it anew with the policy.
 *
 * @param policy another than the one in force. It sees the fleet as that counts it: the regions that both have, and the
 * nodes that may be handed out by the one in force.
 */
export function placementView(
  fleet: Fleet,
  estimateRtt: EstimateRtt,
  policy: PolicyDocument | undefined = fleet.policy,
): PlacementView | undefined {
  if (!policy || !fleet.policy) return undefined;
  const regions = [...fleet.regions.values()].filter(({ id }) => Object.hasOwn(policy.regions, id));
  const places = regions.map(({ id, place }) => policy.regions[id] ?? place);
  const standings = new Standings(regions, policy, fleet.revisions);
  return {
    policy,
    regions,
    proximity: new Proximity(places, estimateRtt),
    everywhere: regions.map(() => true),
    get standing() {
      return standings.at(fleet.now);
    },
    get heardAt() {
      return fleet.heardAt;
    },
    get priceMs() {
      return standings.at(fleet.now).priceMs;
    },
    strategy: STRATEGIES[policy.strategy],
  };
}
