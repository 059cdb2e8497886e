export { hashText, mix32 } from '@spillway/fleet';
export { placementRequest, seedOfRun } from './asked.js';
export { place, type Placement, type PlacementRequest, type Refusal } from './place.js';
export { regionPriceMs, type Fullness, type Standing } from './standing.js';
export { placementView, type PlacementView } from './placement-view.js';
export type { Coordinates, EstimateRtt } from './proximity.js';
export type { NodeWish, Strategy, Weighing } from './strategy.js';
export { RULE_VERSION } from './rule-version.js';
export type { NodeRule } from './choose-node.js';
export { explainPlacement, type PlacementExplanation } from './explain.js';
export type { ComparedNode } from './explain-nodes.js';
export {
  NODE_REJECTIONS,
  type NodeRejection,
  type RejectedCounts,
  type WeighedRegion,
} from './explain-regions.js';
export type { RegionObstacle, TurningPoint } from './explain-turns.js';
