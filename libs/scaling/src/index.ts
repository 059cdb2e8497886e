export type { ScalePlan } from './capacity.js';
export { ControlLoop, UnknownRegionError, type StepInput } from './control-loop.js';
export type { Instance, Inventory } from './inventory.js';
export type { OverloadChange } from './overload.js';
export { MAX_GAP_MS, MAX_INTEGRAL_MS } from './price.js';
export { REASONS, reasonsMarkdown, type ReasonCode } from './reasons.js';
export { freshControl, isUnderWay, StalePlanError } from './region-memory.js';
export type { RegionStep } from './region-step.js';
export type { Price } from './spillover.js';
