import type { StrategyName } from '@spillway/contracts';
import type { Strategy } from '../strategy.js';
import { fixedMap } from './fixed-map.js';
import { nearest } from './nearest.js';

/** Every strategy a policy can name. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  nearest,
  'fixed-map': fixedMap,
};
