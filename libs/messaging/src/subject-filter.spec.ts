import { describe, expect, it } from '@jest/globals';
import { matchesSubject } from './subject-filter.js';

describe('a subject filter', () => {
  it.each([
    ['turn.v1.policy', 'turn.v1.policy', true],
    ['turn.v1.policy', 'turn.v1', false],
    ['turn.v1', 'turn.v1.policy', false],
    ['turn.v1.>', 'turn.v1.node.a.b.heartbeat', true],
    ['turn.v1.>', 'turn.v1', false],
    ['turn.v1.router.*.issued', 'turn.v1.router.r1.issued', true],
    ['turn.v1.router.*.issued', 'turn.v1.router.issued', false],
    ['turn.v1.router.*.issued', 'turn.v1.router.r1.other', false],
    ['*.v1.>', 'turn.v1.policy', true],
    ['>', 'turn', true],
  ])('%s lets %s through: %p', (filter, subject, isLetThrough) => {
    expect(matchesSubject(filter, subject)).toBe(isLetThrough);
  });
});
