import type { Scenario } from '../engine/scenario.js';
import { calm } from './calm.js';

export const SCENARIOS: readonly Scenario[] = [calm];
