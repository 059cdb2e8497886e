import { describe, expect, it } from '@jest/globals';
import { CLOUD_REGIONS } from './cloud-regions.js';
import { similarTo } from './policy-regions.js';
import { policyDocumentSchema } from './policy.js';

const parse = (regions: object) =>
  policyDocumentSchema.safeParse({ revision: '1', regions, defaultRegion: Object.keys(regions)[0] });
const problem = (regions: object) => parse(regions).error?.issues[0];

describe('the regions of a policy', () => {
  it('need no coordinates where a cloud has one of that name', () => {
    const { regions } = parse({ 'eu-west-3': {}, 'europe-west9': {}, francecentral: {} }).data ?? {};
    const places = Object.values(regions ?? {}).map(({ latitude, longitude }) => [latitude, longitude]);
    expect(places).toEqual([
      [48.86, 2.35],
      [48.86, 2.35],
      [48.86, 2.35],
    ]);
  });

  it('are where the policy says, whatever the name', () => {
    const { regions } = parse({ 'us-east-1': { latitude: 1, longitude: 2 } }).data ?? {};
    expect(regions?.['us-east-1']).toMatchObject({ latitude: 1, longitude: 2 });
  });

  it('may have any name with coordinates of their own', () => {
    expect(parse({ basement: { latitude: 0, longitude: 0 } }).success).toBe(true);
  });

  it('of an unknown name without coordinates are refused, and the closest names told', () => {
    expect(problem({ 'eu-centrall-1': {} })).toMatchObject({
      path: ['regions', 'eu-centrall-1'],
      message: expect.stringMatching(/^needs latitude and longitude: .* did you mean eu-central-1\?$/),
    });
    expect(problem({ 'us-east-9': {} })?.message).toMatch(/did you mean us-east-1 or us-east-2\?$/);
    expect(problem({ basement: {} })?.message).toMatch(/that is known here$/);
    expect(problem({ constructor: {} })?.message).toMatch(/that is known here$/);
  });

  it('with half a place are refused', () => {
    expect(problem({ 'us-east-1': { latitude: 1 } })).toMatchObject({
      path: ['regions', 'us-east-1'],
      message: expect.stringMatching(/both/),
    });
  });
});

describe('similarTo', () => {
  const names = Object.keys(CLOUD_REGIONS);

  it.each([
    ['us-east_1', ['us-east-1', 'us-east1']],
    ['EU-West-1', ['eu-west-1']],
    ['west-europe', ['westeurope']],
    ['frankfurt', []],
    ['x', []],
  ])('finds for %s %j', (name, expected) => {
    expect(similarTo(name, names)).toEqual(expected);
  });
});
