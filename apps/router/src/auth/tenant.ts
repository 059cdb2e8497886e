import type { PolicyDocument } from '@spillway/contracts';

/** Seconds a credential may be valid. */
export interface Lifetimes {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** Whom one serves, as the policy has it. */
export interface Tenant {
  readonly name: string;
  /** Residency: only these regions serve its clients; `undefined` for all. */
  readonly regions: readonly string[] | undefined;
  /** What the tenant leaves out is the policy's. */
  readonly ttlSeconds: Lifetimes;
  /** Requests a second of all its keys together; `undefined`: as the router is configured, for each key. */
  readonly perSecond: number | undefined;
  /** Requests a minute of one client address; `undefined`: as the router is configured. */
  readonly perClientPerMinute: number | undefined;
}

export function tenantOf(policy: PolicyDocument, name: string): Tenant {
  const tenant = policy.tenants[name];
  const { default: standard, min, max } = { ...policy.ttlSeconds, ...defined(tenant?.ttlSeconds) };
  return {
    name,
    regions: tenant?.regions?.require,
    ttlSeconds: { default: standard, min, max },
    perSecond: tenant?.rateLimits?.perSecond,
    perClientPerMinute: tenant?.rateLimits?.perClientPerMinute,
  };
}

function defined(lifetimes: Partial<Lifetimes> | undefined): Partial<Lifetimes> {
  const entries = Object.entries(lifetimes ?? {}).filter(([, seconds]) => seconds !== undefined);
  return Object.fromEntries(entries);
}
