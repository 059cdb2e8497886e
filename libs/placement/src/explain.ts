import type { StrategyName } from '@spillway/contracts';
import type { Fleet } from '@spillway/fleet';
import type { NodeRule } from './choose-node.js';
import { comparedNodes, type ComparedNode } from './explain-nodes.js';
import { addUp, weighedRegion, type RejectedCounts, type WeighedRegion } from './explain-regions.js';
import {
  EXPECTED_ROOM,
  MEASURED_ROOM,
  place,
  placeWhere,
  weigh,
  type OpenWeighing,
  type Placement,
  type PlacementRequest,
  type Refusal,
  type Room,
} from './place.js';
import type { PlacementView } from './placement-view.js';

/** Everything a decision was made on, in plain values. */
export interface PlacementExplanation {
  readonly policy: string;
  readonly strategy: StrategyName;
  readonly threshold: number;
  /** In the order of the policy. */
  readonly regions: readonly WeighedRegion[];
  /** Where the client would have been served when everything is well; `null` when none was allowed. */
  readonly home: string | null;
  readonly outcome:
    | (Pick<Placement, 'region' | 'nearestRegion' | 'reason'> & { readonly nodes: readonly string[] })
    | Pick<Refusal, 'code'>;
  /** Nodes that might have been handed out, of all regions, and how many were not for which reason. */
  readonly feasible: number;
  readonly rejected: RejectedCounts;
  /** In the region that serves: the two that were drawn, and what was chosen. */
  readonly compared: readonly ComparedNode[];
  /** What told the first chosen node from the others; `null` when nobody serves. */
  readonly nodeRule: NodeRule | null;
  readonly liveRouters: number;
  readonly isBusSuspect: boolean;
}

/** The last look at the regions when the first node was chosen. */
export interface Choice {
  readonly room: Room;
  readonly weighing: OpenWeighing;
  /** The same, with the regions closed too that nobody came to try and that have no node for this client. */
  readonly able: OpenWeighing;
  readonly home: number;
  /** Index of the region that serves; -1 when none does. */
  readonly servedIn: number;
  readonly isPreferred: boolean;
}

/** Makes a decision once more, and tells what it rested on. Changes nothing; costs some hundred decisions. */
export function explainPlacement(
  fleet: Fleet,
  view: PlacementView,
  request: PlacementRequest,
): PlacementExplanation {
  const placement = place(view, request);
  const choice = chooseAgain(view, request);
  const regions = view.regions.map((_, i) => weighedRegion(fleet, view, request, choice, i));
  const allowed = regions.filter(({ isAllowed }) => isAllowed);
  const { policy } = view;
  const nodes = placement.isPlaced ? placement.nodes.map(({ node }) => node) : [];
  return {
    policy: policy.revision,
    strategy: policy.strategy,
    threshold: policy.threshold,
    regions,
    home: view.regions[choice.home]?.id ?? null,
    outcome: outcomeOf(placement),
    feasible: allowed.reduce((sum, { feasible }) => sum + feasible, 0),
    rejected: addUp(regions.map(({ rejected }) => rejected)),
    ...comparedNodes(view, request, choice, nodes),
    liveRouters: fleet.liveRouters(),
    isBusSuspect: fleet.isBusSuspect,
  };
}

/** Goes the way of `place` to the first node, and keeps what it saw. */
function chooseAgain(view: PlacementView, request: PlacementRequest): Choice {
  const one = { ...request, count: 1 };
  let choice: Choice | undefined;
  for (const room of [EXPECTED_ROOM, MEASURED_ROOM]) {
    const weighing = weigh(view, one);
    const placed = placeWhere(view, one, room, weighing);
    const servedIn = view.regions.findIndex(({ id }) => id === placed?.region);
    const able = {
      ...weighing,
      isOpen: weighing.isOpen.map((open, i) => open && canServe(view, one, room, i)),
    };
    choice = {
      room,
      weighing,
      able,
      home: weighing.home,
      servedIn,
      isPreferred: placed?.reason === 'preferred',
    };
    if (placed) return choice;
  }
  if (!choice) throw new Error('there is always a room to look at');
  return choice;
}

function canServe(view: PlacementView, request: PlacementRequest, room: Room, index: number): boolean {
  const region = view.regions[index];
  const alone = { ...request, require: region ? [region.id] : [], prefer: undefined };
  return placeWhere(view, alone, room) !== undefined;
}

function outcomeOf(placement: Placement | Refusal): PlacementExplanation['outcome'] {
  if (!placement.isPlaced) return { code: placement.code };
  const { region, nodes, nearestRegion, reason } = placement;
  return { region, nodes: nodes.map(({ id }) => id), nearestRegion, reason };
}
