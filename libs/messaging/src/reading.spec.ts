import { describe, expect, it } from '@jest/globals';
import { planReading } from './reading.js';

const known = { created: 'monday', frontier: 10 };

describe('how to read on', () => {
  it.each([
    [
      'begins anew when nothing was read',
      { created: undefined, frontier: 0 },
      ['monday', 1, 5],
      { how: 'hydrate' },
    ],
    [
      'begins anew with another stream',
      known,
      ['tuesday', 1, 50],
      { how: 'hydrate', gap: { from: 11, to: null, cause: 'new-stream' } },
    ],
    [
      'begins anew with a stream that ends before the frontier',
      known,
      ['monday', 1, 9],
      { how: 'hydrate', gap: { from: 11, to: null, cause: 'new-stream' } },
    ],
    [
      'begins anew with a stream that lost its end and has others in its place',
      known,
      ['monday', 1, 50, 'other'],
      { how: 'hydrate', gap: { from: 11, to: null, cause: 'new-stream' } },
    ],
    [
      'begins anew with another stream that has another message there',
      known,
      ['tuesday', 1, 50, 'other'],
      { how: 'hydrate', gap: { from: 11, to: null, cause: 'new-stream' } },
    ],
    [
      'resumes with what is called another stream and has the message that was read last',
      known,
      ['tuesday', 1, 50, 'same'],
      { how: 'resume' },
    ],
    [
      'begins anew when retention went past the frontier',
      known,
      ['monday', 13, 50],
      { how: 'hydrate', gap: { from: 11, to: 12, cause: 'retention' } },
    ],
    ['resumes when retention went up to the frontier', known, ['monday', 11, 50], { how: 'resume' }],
    ['resumes when nothing new came', known, ['monday', 1, 10], { how: 'resume' }],
    ['resumes when all that was read is gone and nothing came', known, ['monday', 11, 10], { how: 'resume' }],
  ] as const)('%s', (_title, before, [created, firstPosition, lastPosition, lastRead], plan) => {
    expect(planReading(before, { created, firstPosition, lastPosition, lastRead })).toEqual(plan);
  });
});
