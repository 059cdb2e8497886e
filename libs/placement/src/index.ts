export { hashText, mix32 } from './hash.js';
export { place, type Placement, type PlacementRequest, type PlacementView, type Refusal } from './place.js';
export { Proximity, type Coordinates, type EstimateRtt } from './proximity.js';
export { STRATEGIES } from './strategies/index.js';
export type { NodeWish, Strategy, Weighing } from './strategy.js';
