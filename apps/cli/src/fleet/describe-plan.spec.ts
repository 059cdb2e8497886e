import { describe, expect, it } from '@jest/globals';
import { describePlan, type PlanSteps } from './describe-plan.js';

const idle: PlanSteps = { current: 1, desired: 1, drain: [], undrain: [], terminate: [], outcome: 'done' };

describe('describePlan', () => {
  it.each<[string, Partial<PlanSteps>]>([
    ['grow 1 → 3: executing', { desired: 3, outcome: 'executing' }],
    ['undrain a; drain b, c: planned', { undrain: ['a'], drain: ['b', 'c'], outcome: 'planned' }],
    ['end 3 nodes: done', { desired: 0, terminate: ['a', 'b', 'c'] }],
    ['drain a: dry-run', { drain: ['a'], outcome: 'dry-run' }],
    ['-', {}],
    ['-', { desired: 2, outcome: 'held' }],
  ])('says "%s"', (text, plan) => {
    expect(describePlan({ ...idle, ...plan })).toBe(text);
  });

  it('has nothing to say where there is none', () => {
    expect(describePlan(null)).toBe('-');
  });
});
