import { type FleetNode, type Freshness } from '@spillway/fleet';
import { drawnNodes, isAcceptable, ruleBetween, type NodeRule } from './choose-node.js';
import type { Choice } from './explain.js';
import type { PlacementRequest } from './place.js';
import type { PlacementView } from './placement-view.js';

export interface ComparedNode {
  readonly id: string;
  readonly freshness: Freshness;
  readonly measured: number | null;
  readonly reserved: number;
  /** Credentials that count as reserved. */
  readonly reservations: number;
  readonly isChosen: boolean;
}

/** Which nodes of the region that serves were held against each other, and by what the first was chosen. */
export function comparedNodes(
  { regions, policy, heardAt }: PlacementView,
  request: PlacementRequest,
  { room, servedIn }: Choice,
  chosen: readonly FleetNode[],
): { compared: ComparedNode[]; nodeRule: NodeRule | null } {
  const usable = regions[servedIn]?.usable ?? [];
  const drawn = drawnNodes(usable, request.seed);
  const compared = [...new Set([...drawn, ...chosen])].map((node) => ({
    id: node.id,
    freshness: node.freshness,
    measured: node.measured,
    reserved: node.reserved,
    reservations: node.reservations,
    isChosen: chosen.includes(node),
  }));
  if (chosen.length === 0) return { compared: [], nodeRule: null };
  const wish = { ...request, heardAt, hasRoom: room.inNode, isExcluded: () => false };
  const fit = drawn.filter((node) => isAcceptable(node, wish));
  return { compared, nodeRule: ruleOf(policy.strategy === 'fixed-map', usable.length, fit, heardAt) };
}

/** As `bestOfTwo` chooses. */
function ruleOf(isByScore: boolean, usable: number, fit: readonly FleetNode[], heardAt: number): NodeRule {
  if (usable === 1) return 'only-one';
  if (isByScore) return 'lowest-score';
  const [a, b] = fit;
  if (!a) return 'none-drawn-fit';
  return b ? ruleBetween(a, b, { heardAt }) : 'other-unfit';
}
