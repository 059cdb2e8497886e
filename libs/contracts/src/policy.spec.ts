import { describe, expect, it } from '@jest/globals';
import { policyDocumentSchema, storedPolicySchema } from './policy.js';

const minimal = {
  revision: '1',
  defaultRegion: 'us-east-1',
  regions: { 'us-east-1': { latitude: 39.04, longitude: -77.49 } },
};

const problems = (document: unknown) =>
  policyDocumentSchema.safeParse(document).error?.issues.map(({ path }) => path.join('.'));

describe('A policy', () => {
  it('needs a revision, a default region and the regions; the rest has defaults', () => {
    expect(policyDocumentSchema.parse(minimal)).toMatchObject({
      strategy: 'priced',
      threshold: 0.8,
      ttlSeconds: { default: 600, min: 60, max: 86_400 },
      reservation: { rampSeconds: 10 },
    });
  });

  it('is refused with every problem at once, each with its path', () => {
    const bad = { ...minimal, defaultRegion: 'mars', threshold: 2, ttlSeconds: { min: 700 }, extra: 1 };
    expect(problems(bad)?.sort()).toEqual(['', 'defaultRegion', 'threshold', 'ttlSeconds']);
    expect(problems({ ...minimal, defaultRegion: 'mars' })).toEqual(['defaultRegion']);
    expect(problems({ ...minimal, regions: {} })).toContain('regions');
    expect(problems({ ...minimal, regions: { 'a.b': minimal.regions['us-east-1'] } })).not.toEqual([]);
  });

  it('of a newer version is read from the log all the same, but not from a file', () => {
    const newer = { ...minimal, moons: {}, ttlSeconds: { default: 300, jitter: 5 } };
    expect(storedPolicySchema.parse(newer)).toEqual(
      policyDocumentSchema.parse({ ...minimal, ttlSeconds: { default: 300 } }),
    );
    expect(problems(newer)).toEqual(['ttlSeconds', '']);
  });

  it('with the strategy fixed-map needs a map to regions that exist', () => {
    expect(problems({ ...minimal, strategy: 'fixed-map' })).toEqual(['fixedMap']);
    const fixedMap = { continents: { EU: 'mars' }, fallback: 'venus' };
    expect(problems({ ...minimal, fixedMap })).toEqual(['fixedMap.continents.EU', 'fixedMap.fallback']);
  });
});
