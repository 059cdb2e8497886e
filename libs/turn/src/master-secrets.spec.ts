import { describe, expect, it } from '@jest/globals';
import { masterOf } from './master-secrets.js';

describe('masterOf', () => {
  it('is the only one there is', () => {
    expect([0, 1, 7].map((epoch) => masterOf({ current: 'new' }, epoch))).toEqual(['new', 'new', 'new']);
  });

  it('is the one before for all epochs before the one that the new one begins with', () => {
    const masters = { current: 'new', previous: { secret: 'old', beforeEpoch: 3 } };
    expect([0, 2, 3, 4].map((epoch) => masterOf(masters, epoch))).toEqual(['old', 'old', 'new', 'new']);
  });
});
