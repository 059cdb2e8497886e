import { describe, expect, it } from '@jest/globals';
import type { Scope } from '@spillway/contracts';
import { aPolicy } from '@spillway/testkit';
import { loadRouterConfig } from '../config.js';
import type { Principal } from './api-keys.js';
import { RateLimits } from './rate-limits.js';
import { tenantOf } from './tenant.js';

function limits(perKey: number, perClient: number): RateLimits {
  return new RateLimits(
    loadRouterConfig({
      TURN_MASTER_SECRET: 'a master secret for specs',
      API_KEYS_FILE: 'none',
      RATE_LIMIT_PER_KEY: `${perKey}`,
      RATE_LIMIT_PER_CLIENT: `${perClient}`,
    }),
  );
}

const key = (name: string, ...scopes: Scope[]): Principal => ({ name, scopes: new Set(scopes) });
const web = key('web', 'issue');
const server = key('server', 'issue', 'on-behalf');

const repeated = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** How many of `asks` pass. */
function passing(subject: RateLimits, asks: readonly (readonly [Principal, string | undefined])[]): number {
  return asks.filter(([principal, address]) => {
    try {
      subject.take(principal, address);
      return true;
    } catch {
      return false;
    }
  }).length;
}

describe('RateLimits', () => {
  it('bounds what one key takes, whoever uses it', () => {
    const subject = limits(2, 0);
    expect(
      passing(subject, [
        [web, '192.0.2.1'],
        [web, '192.0.2.2'],
        [web, '192.0.2.3'],
        [server, '192.0.2.1'],
      ]),
    ).toBe(3);
  });

  it('bounds what one client takes with a key that stands for its clients', () => {
    const subject = limits(0, 1);
    expect(
      passing(subject, [
        [web, '192.0.2.1'],
        [web, '192.0.2.1'],
        [web, '192.0.2.2'],
      ]),
    ).toBe(2);
  });

  it('does not take a server that asks on behalf of many for one client', () => {
    expect(passing(limits(0, 1), repeated(5, [server, '192.0.2.1'] as const))).toBe(5);
  });

  it('counts an IPv4 client once, however its address is written', () => {
    expect(
      passing(limits(0, 1), [
        [web, '192.0.2.1'],
        [web, '::ffff:192.0.2.1'],
        [web, '::ffff:c000:201'],
      ]),
    ).toBe(1);
  });

  it('counts an IPv6 client by the /64 it has to itself', () => {
    const asks: [Principal, string][] = [
      [web, '2001:db8:0:1::1'],
      [web, '2001:db8:0:1:ffff::2'],
      [web, '2001:db8:0:2::1'],
    ];
    expect(passing(limits(0, 1), asks)).toBe(2);
  });

  it('tells the seconds to wait, at least one', () => {
    const subject = limits(1, 0);
    subject.take(web, undefined);
    const refused = { code: 'rate-limited', status: 429, retryAfterSeconds: 1 };
    expect(() => subject.take(web, undefined)).toThrow(expect.objectContaining(refused));
  });

  describe('of a tenant', () => {
    const of = (rateLimits: object, ...scopes: Scope[]): Principal[] => {
      const tenant = tenantOf(aPolicy({ tenants: { acme: { rateLimits } } }), 'acme');
      const granted = new Set<Scope>(['issue', ...scopes]);
      return ['acme/1', 'acme/2'].map((name) => ({ name, scopes: granted, tenant }));
    };
    const asks = (principals: Principal[], address = '192.0.2.1') =>
      [...principals, ...principals].map((principal) => [principal, address] as const);

    it('are shared by all its keys', () => {
      expect(passing(limits(100, 0), asks(of({ perSecond: 3 })))).toBe(3);
      expect(passing(limits(1, 0), asks(of({ perSecond: 0 })))).toBe(4);
    });

    it('are the router’s, for each key, where it has none of its own', () => {
      expect(passing(limits(1, 0), asks(of({})))).toBe(2);
      expect(passing(limits(0, 1), asks(of({})))).toBe(1);
    });

    it('are for one client address with keys that stand for their clients', () => {
      expect(passing(limits(0, 1), asks(of({ perClientPerMinute: 3 })))).toBe(3);
      expect(passing(limits(0, 1), asks(of({ perClientPerMinute: 3 }, 'on-behalf')))).toBe(4);
    });

    it('leave a client of another tenant, or of none, what it has', () => {
      const subject = limits(0, 1);
      expect(passing(subject, asks(of({ perClientPerMinute: 1 })))).toBe(1);
      expect(passing(subject, [[web, '192.0.2.1']])).toBe(1);
    });
  });

  it('is off at 0', () => {
    expect(passing(limits(0, 0), repeated(500, [web, '192.0.2.1'] as const))).toBe(500);
  });
});
