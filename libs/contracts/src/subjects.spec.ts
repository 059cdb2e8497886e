import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { InvalidTokenError, parseSubject, POLICY_SUBJECT, subjectOf } from './subjects.js';

const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

describe('Subjects', () => {
  it('read back to what they were made of', () => {
    fc.assert(
      fc.property(token, token, (a, b) => {
        expect(parseSubject(subjectOf.heartbeat(a, b))).toEqual({ kind: 'heartbeat', region: a, node: b });
        expect(parseSubject(subjectOf.command(a, b))).toEqual({ kind: 'command', region: a, node: b });
        expect(parseSubject(subjectOf.spillover(a))).toEqual({ kind: 'spillover', region: a });
        expect(parseSubject(subjectOf.issued(a))).toEqual({ kind: 'issued', router: a });
      }),
    );
    expect(parseSubject(POLICY_SUBJECT)).toEqual({ kind: 'policy' });
  });

  it.each(['', 'a.b', '*', '>', 'a b', 'é', 'x'.repeat(65)])('do not take the id "%s" for a token', (id) => {
    expect(() => subjectOf.heartbeat('us-east-1', id)).toThrow(InvalidTokenError);
  });

  it.each([
    'turn.v1',
    'turn.v2.policy',
    'turn.v1.node.r.n',
    'turn.v1.node.r.n.heartbeat.x',
    'turn.v1.region.r.scale.x',
    'turn.v1.router..issued',
  ])('other than ours are not understood: %s', (subject) => {
    expect(parseSubject(subject)).toBeUndefined();
  });
});
