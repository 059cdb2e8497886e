import type { Scenario } from '../engine/scenario.js';

export const calm: Scenario = { name: 'calm', title: 'nothing goes wrong', script: () => ({}) };
