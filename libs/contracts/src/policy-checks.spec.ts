import { describe, expect, it } from '@jest/globals';
import { policyDocumentSchema, storedPolicySchema } from './policy.js';

const minimal = { revision: '1', defaultRegion: 'us-east-1', regions: { 'us-east-1': {}, 'eu-west-1': {} } };
const hash = (digit: string) => ({ sha256: digit.repeat(64) });

/** What is wrong, as `path: message`. */
const problems = (document: object) =>
  (policyDocumentSchema.safeParse({ ...minimal, ...document }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('a policy as a whole', () => {
  it('names regions that are not there, and the closest that are', () => {
    const tenants = { acme: { regions: { require: ['us-east-1', 'eu-west-11'] } } };
    expect(problems({ defaultRegion: 'mars', tenants })).toEqual([
      'defaultRegion: "mars" is not one of the regions; there are us-east-1, eu-west-1',
      'tenants.acme.regions.require.1: "eu-west-11" is not one of the regions; did you mean eu-west-1?',
    ]);
  });

  it('refuses an overload that is left where it is entered', () => {
    expect(problems({ threshold: 0.6 })).toEqual([
      expect.stringMatching(/^overload\.leave: must be below .* 0\.6/),
    ]);
    expect(problems({ threshold: 0.6, overload: { leave: 0.5 } })).toEqual([]);
  });

  it('refuses sessions so short that reservations would count for nothing, and reads them where they stand', () => {
    const reservation = { rampSeconds: 10, sessionSeconds: 49 };
    expect(problems({ reservation })).toEqual([
      expect.stringMatching(/^reservation\.sessionSeconds: must be at least 5 times rampSeconds/),
    ]);
    expect(problems({ reservation: { rampSeconds: 10, sessionSeconds: 50 } })).toEqual([]);
    expect(storedPolicySchema.safeParse({ ...minimal, reservation }).success).toBe(true);
  });

  it('refuses a key that belongs to two tenants, or twice to one', () => {
    const tenants = { acme: { keys: [hash('a'), hash('b'), hash('a')] }, blue: { keys: [hash('b')] } };
    expect(problems({ tenants })).toEqual([
      'tenants.acme.keys.2.sha256: is a key of the tenant "acme" already',
      'tenants.blue.keys.0.sha256: is a key of the tenant "acme" already',
    ]);
  });

  it('refuses a key of a tenant that may steer the whole fleet, and reads one that stands', () => {
    const tenants = { acme: { keys: [hash('a'), { ...hash('b'), scopes: ['issue', 'admin'] }] } };
    expect(problems({ tenants })).toEqual([
      expect.stringMatching(/^tenants\.acme\.keys\.1\.scopes\.1: must not be admin.*API_KEYS_FILE/),
    ]);
    expect(storedPolicySchema.safeParse({ ...minimal, tenants }).success).toBe(true);
  });

  it.each([
    [{ min: 60 }, true],
    [{ min: 120, max: 900 }, true],
    [{ default: 60, max: 60 }, true],
    [{ min: 30 }, false],
    [{ max: 90_000 }, false],
    [{ max: 300 }, false],
    [{ default: 7200, max: 3600 }, false],
    [{ min: 900 }, false],
  ])('takes the lifetimes %j of a tenant: %s', (ttlSeconds, isRight) => {
    const told = problems({ tenants: { acme: { ttlSeconds } } });
    expect(told).toEqual(isRight ? [] : [expect.stringMatching(/^tenants\.acme\.ttlSeconds: .*60 ≤ min/)]);
  });
});
