import type { StrategyName } from '@spillway/contracts';
import type { Strategy } from '../strategy.js';
import { fixedMap } from './fixed-map.js';
import { nearest } from './nearest.js';
import { priced } from './priced.js';
import { waterfall } from './waterfall.js';

/** Every strategy a policy can name. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  priced,
  nearest,
  waterfall,
  'fixed-map': fixedMap,
};
