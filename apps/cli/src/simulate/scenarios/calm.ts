import type { Scenario } from '../engine/scenario.js';
import { WHOLE_DAY } from './windows.js';

export const calm: Scenario = {
  name: 'calm',
  title: 'nothing goes wrong',
  window: WHOLE_DAY,
  script: () => ({}),
};
