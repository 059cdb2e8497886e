import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { tenantOf, type Tenant } from '../auth/tenant.js';
import { refusalOf, requiredRegions } from './requirement.js';

const pinnedTo = (...require: string[]): Tenant =>
  tenantOf(aPolicy({ tenants: { acme: { regions: { require } } } }), 'acme');
const EUROPE = 'eu-central-1';
const ASIA = 'ap-southeast-1';
const AMERICA = 'us-east-1';

describe('the regions that may serve', () => {
  it.each([
    ['all', undefined, undefined, undefined],
    ['what the request requires', [AMERICA], undefined, [AMERICA]],
    ['what the tenant requires', undefined, [EUROPE, ASIA], [EUROPE, ASIA]],
    ['what both do', [AMERICA, ASIA], [EUROPE, ASIA], [ASIA]],
  ])('are %s', (_what, asked, pinned, expected) => {
    const tenant = pinned ? pinnedTo(...pinned) : tenantOf(aPolicy({ tenants: { acme: {} } }), 'acme');
    expect(requiredRegions({ region: { require: asked } }, tenant)).toEqual(expected);
    if (!pinned) expect(requiredRegions({ region: { require: asked } }, undefined)).toEqual(expected);
  });

  it('are none when request and tenant have none in common, and both are named', () => {
    expect(() => requiredRegions({ region: { require: [AMERICA, ASIA] } }, pinnedTo(EUROPE))).toThrow(
      expect.objectContaining({
        code: 'requirement-unmet',
        field: 'region.require',
        message:
          'region.require: us-east-1, ap-southeast-1 is out of bounds; the tenant "acme" is served in eu-central-1 only',
      }),
    );
  });

  it('do not give way to a preference', () => {
    const prefer = (region: string) => requiredRegions({ region: { prefer: region } }, pinnedTo(EUROPE));
    expect(prefer(EUROPE)).toEqual([EUROPE]);
    const expected = { code: 'requirement-unmet', status: 422, field: 'region.prefer' };
    expect(() => prefer(AMERICA)).toThrow(expect.objectContaining(expected));
  });
});

describe('a refusal', () => {
  it.each([
    ['no-capacity', {}, undefined, 'No usable node has room for this client'],
    ['no-capacity', {}, [EUROPE], 'No usable node in eu-central-1 has room for this client'],
    [
      'requirement-unmet',
      {},
      [EUROPE],
      'No usable node in eu-central-1; the tenant "acme" is served in eu-central-1 only',
    ],
    [
      'requirement-unmet',
      { region: { require: [EUROPE] } },
      [EUROPE],
      'region.require: no usable node in eu-central-1',
    ],
    [
      'transports-unmet',
      { transports: ['tls' as const] },
      [EUROPE],
      'transports: No usable node in eu-central-1 offers tls',
    ],
  ] as const)('for %s of %j in %j says so', (code, request, required, message) => {
    const tenant = required && pinnedTo(...required);
    expect(refusalOf(code, structuredClone(request) as never, required, tenant).message).toBe(message);
  });
});
