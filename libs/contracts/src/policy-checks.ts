import type { z } from 'zod';
import type { PolicyMembers } from './policy.js';
import { findSecretValues } from './policy-provider.js';
import { similarTo } from './policy-regions.js';

/** Says what is wrong, and where. */
type Complain = (path: readonly (string | number)[], message: string) => void;

/** What a policy must be beyond the shape of its members. */
export function checkPolicy(policy: PolicyMembers, context: z.core.$RefinementCtx): void {
  const complain: Complain = (path, message) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  checkRegionNames(policy, complain);
  checkOverload(policy, complain);
  checkFixedMap(policy, complain);
  checkKeys(policy, complain);
  checkLifetimes(policy, complain);
}

/** What nobody may write any more, though it is read where it stands: an older version may have stored it. */
export function checkWritten(
  { tenants, regions, reservation }: PolicyMembers,
  context: z.core.$RefinementCtx,
): void {
  for (const [region, { scaling }] of Object.entries(regions)) {
    if (scaling.provider.kind !== 'docker') continue;
    for (const name of findSecretValues(scaling.provider.env)) {
      const path = ['regions', region, 'scaling', 'provider', 'env', name];
      context.addIssue({ code: 'custom', path, message: NO_SECRET_VALUE });
    }
  }
  if (reservation.sessionSeconds < MIN_RAMPS * reservation.rampSeconds) {
    context.addIssue({ code: 'custom', path: ['reservation', 'sessionSeconds'], message: SHORT_SESSIONS });
  }
  for (const [name, { keys }] of Object.entries(tenants)) {
    for (const [i, { scopes }] of keys.entries()) {
      const place = scopes.indexOf('admin');
      if (place === -1) continue;
      const path = ['tenants', name, 'keys', i, 'scopes', place];
      context.addIssue({ code: 'custom', path, message: NOT_ADMIN });
    }
  }
}

/** What ends within a ramp is taken off a region's reservations: of sessions as short as that nothing would be left. */
const MIN_RAMPS = 5;
const SHORT_SESSIONS = `must be at least ${MIN_RAMPS} times rampSeconds, or a region's reservations count for nothing`;
const NO_SECRET_VALUE =
  'must hold no secret, such as a user and password in a URL: name the path of a file in the container, or set NODES_NATS_URL of the autoscaler';
const NOT_ADMIN =
  'must not be admin, which sees and drains the nodes of all tenants: such keys belong to the API_KEYS_FILE of the routers';

/** Every region that is referred to is one of the policy's. */
function checkRegionNames({ regions, defaultRegion, tenants, fixedMap }: PolicyMembers, complain: Complain) {
  const known = (region: string, ...path: (string | number)[]) => {
    if (Object.hasOwn(regions, region)) return;
    const names = Object.keys(regions);
    const similar = similarTo(region, names);
    const hint =
      similar.length > 0 ? `did you mean ${similar.join(' or ')}?` : `there are ${names.join(', ')}`;
    complain(path, `"${region}" is not one of the regions; ${hint}`);
  };
  known(defaultRegion, 'defaultRegion');
  for (const [name, tenant] of Object.entries(tenants)) {
    for (const [i, region] of (tenant.regions?.require ?? []).entries()) {
      known(region, 'tenants', name, 'regions', 'require', i);
    }
  }
  for (const [continent, region] of Object.entries(fixedMap?.continents ?? {})) {
    known(region, 'fixedMap', 'continents', continent);
  }
  if (fixedMap) known(fixedMap.fallback, 'fixedMap', 'fallback');
}

function checkOverload({ overload, threshold }: PolicyMembers, complain: Complain): void {
  if (overload.leave < threshold) return;
  complain(
    ['overload', 'leave'],
    `must be below the threshold of ${threshold}: a region that is left at once flaps`,
  );
}

function checkFixedMap({ strategy, fixedMap }: PolicyMembers, complain: Complain): void {
  if (strategy === 'fixed-map' && !fixedMap) complain(['fixedMap'], 'the strategy fixed-map needs it');
}

/** A key belongs to one tenant: whose regions and limits would count? */
function checkKeys({ tenants }: PolicyMembers, complain: Complain): void {
  const owners = new Map<string, string>();
  for (const [name, { keys }] of Object.entries(tenants)) {
    for (const [i, { sha256 }] of keys.entries()) {
      const owner = owners.get(sha256);
      if (owner !== undefined) {
        complain(['tenants', name, 'keys', i, 'sha256'], `is a key of the tenant "${owner}" already`);
      }
      owners.set(sha256, owner ?? name);
    }
  }
}

/** A tenant's bounds are within the policy's; what it leaves out is the policy's. */
function checkLifetimes({ tenants, ttlSeconds: bounds }: PolicyMembers, complain: Complain): void {
  for (const [name, { ttlSeconds = {} }] of Object.entries(tenants)) {
    const min = ttlSeconds.min ?? bounds.min;
    const max = ttlSeconds.max ?? bounds.max;
    const standard = ttlSeconds.default ?? bounds.default;
    const isWithin = bounds.min <= min && max <= bounds.max;
    if (isWithin && min <= standard && standard <= max) continue;
    const must = `must satisfy ${bounds.min} ≤ min ≤ default ≤ max ≤ ${bounds.max}, the policy's bounds`;
    complain(['tenants', name, 'ttlSeconds'], `${must}; here min is ${min}, default ${standard}, max ${max}`);
  }
}
