import { describe, expect, it } from '@jest/globals';
import { issuedSchema } from './issued.js';

const batch = { at: '2026-11-22T10:00:00.000Z', routerId: 'router-1', bootId: 'b1', batch: 3 };
const placed = { region: 'eu-central-1', nodes: ['euc1-a1'], reason: 'nearest' };
const basis = { rule: 1, fromN: 35, fromMs: 1000, fromPosition: 70, view: '00c0ffee', sentMs: 1250 };

describe('a batch of decisions', () => {
  it('is read with what it leaves out: ids by number, times and positions from its basis', () => {
    const decisions = [
      { ...placed, country: 'DE', continent: 'EU', lat: 50, lon: 9, user: '0a1b2c3d' },
      { ...placed, ms: 240, read: 3, nearestRegion: 'us-east-1', reason: 'spillover' },
      { ...placed, ms: 260, nearestRegion: null, reason: 'fallback' },
    ];
    expect(issuedSchema.parse({ ...batch, basis, decisions }).decisions).toEqual([
      {
        ...decisions[0],
        id: 'router-1-b1-z',
        nearestRegion: 'eu-central-1',
        ageMs: 250,
        atMs: 1000,
        position: 70,
      },
      {
        ...placed,
        id: 'router-1-b1-10',
        nearestRegion: 'us-east-1',
        reason: 'spillover',
        ageMs: 10,
        atMs: 1240,
        position: 73,
      },
      {
        ...placed,
        id: 'router-1-b1-11',
        nearestRegion: null,
        reason: 'fallback',
        ageMs: 0,
        atMs: 1260,
        position: 70,
      },
    ]);
  });

  it('tells of refusals apart from decisions', () => {
    const refused = [{ ms: 5, read: 1, after: 2, code: 'no-capacity', require: ['eu-central-1'] }];
    expect(issuedSchema.parse({ ...batch, basis, decisions: [], refused })).toMatchObject({
      decisions: [],
      refused: [{ atMs: 1005, position: 71, after: 2, code: 'no-capacity', require: ['eu-central-1'] }],
    });
  });

  it('of the first version is read as it was written', () => {
    const decisions = [{ ...placed, id: 'router-1-b1-7', nearestRegion: null, ageMs: 12 }];
    expect(issuedSchema.parse({ ...batch, decisions })).toEqual({ ...batch, decisions });
  });

  it('without a basis needs the ids of its decisions', () => {
    const refused = issuedSchema.safeParse({ ...batch, decisions: [placed] });
    expect(refused.error?.issues).toMatchObject([{ path: ['decisions', 0, 'id'] }]);
  });
});
