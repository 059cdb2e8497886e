import { describe, expect, it } from '@jest/globals';
import { parsePayload } from './event.js';
import { subjectOf } from './subjects.js';
import { writtenPayload } from './written-payload.js';

const at = '2026-11-22T10:00:00.000Z';
const placed = { region: 'north', nodes: ['n1'], reason: 'nearest' };
const basis = { rule: 1, fromN: 0, fromMs: 1000, fromPosition: 7, view: '00c0ffee', sentMs: 1250 };
const policy = { revision: 'p', regions: { north: { latitude: 1, longitude: 2 } }, defaultRegion: 'north' };

const command = {
  at,
  id: 'c',
  command: 'drain',
  instanceId: 'i',
  deadlineSeconds: 1,
  expiresAt: at,
  reason: '',
};

const written = (subject: string, json: unknown) =>
  writtenPayload(subject, new TextEncoder().encode(JSON.stringify(json)));

describe('a payload as this version writes it', () => {
  it.each<[string, string, object, object]>([
    [
      'a batch of decisions',
      subjectOf.issued('r1'),
      {
        at,
        routerId: 'r1',
        bootId: 'b',
        batch: 1,
        basis,
        decisions: [{ ...placed, ms: 3, colour: 'red' }],
        x: 1,
      },
      { at, routerId: 'r1', bootId: 'b', batch: 1, basis, decisions: [{ ...placed, ms: 3 }] },
    ],
    ['a command', subjectOf.command('north', 'n1'), { ...command, x: 1 }, { ...command, origin: 'operator' }],
    [
      'an overload',
      subjectOf.overload('north'),
      { at, state: 'entered', utilization: 0.9, threshold: 0.8, since: at, x: 1 },
      { at, state: 'entered', utilization: 0.9, threshold: 0.8, since: at },
    ],
  ])('of %s has what is known, and nothing else', (_what, subject, json, expected) => {
    const result = written(subject, json);
    expect(result.ok && result.payload).toEqual(expected);
  });

  it('of a policy stands for the same policy', () => {
    const subject = 'turn.v1.policy';
    const result = written(subject, { at, policy, x: 1 });
    expect(result.ok && parsePayload(subject, result.payload)).toEqual(parsePayload(subject, { at, policy }));
    expect(result.ok && Object.keys(result.payload)).toEqual(['at', 'policy']);
  });

  it('does not exist for what no fold may see', () => {
    expect(written('turn.v1.of-tomorrow', {})).toMatchObject({ ok: false, reason: 'unknown-subject' });
    expect(written('turn.v1.policy', {})).toMatchObject({ ok: false, reason: 'invalid-payload' });
  });
});
