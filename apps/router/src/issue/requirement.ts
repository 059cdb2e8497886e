import type { IceServersRequest } from '@spillway/contracts';
import type { Refusal } from '@spillway/placement';
import type { Tenant } from '../auth/tenant.js';
import { ProblemError } from '../problem-error.js';

/** Seconds after which a client that found no room should ask again. */
export const RETRY_AFTER_SECONDS = 2;

/**
 * The regions that may serve a client: those that both its request and its tenant allow; `undefined` for all.
 * @throws {ProblemError} `requirement-unmet` when none is left, or the preferred one is none of the tenant's.
 */
export function requiredRegions(
  { region }: IceServersRequest,
  tenant: Tenant | undefined,
): readonly string[] | undefined {
  const asked = region?.require;
  if (!tenant?.regions) return asked;
  const { regions } = tenant;
  if (region?.prefer !== undefined && !regions.includes(region.prefer)) {
    throw outside('region.prefer', region.prefer, tenant);
  }
  const both = asked?.filter((each) => regions.includes(each)) ?? regions;
  if (asked && both.length === 0) throw outside('region.require', asked.join(', '), tenant);
  return both;
}

function outside(field: string, asked: string, tenant: Tenant): ProblemError {
  return new ProblemError(
    'requirement-unmet',
    `${field}: ${asked} is out of bounds; ${boundsOf(tenant)}`,
    field,
  );
}

function boundsOf({ name, regions = [] }: Tenant): string {
  return `the tenant "${name}" is served in ${regions.join(', ')} only`;
}

/** Why nobody can serve, in the words of the request. */
export function refusalOf(
  code: Refusal['code'],
  request: IceServersRequest,
  required: readonly string[] | undefined,
  tenant: Tenant | undefined,
): ProblemError {
  const nobody = required ? `no usable node in ${required.join(', ')}` : 'no usable node';
  switch (code) {
    case 'no-capacity': {
      const detail = `${capitalized(nobody)} has room for this client`;
      return new ProblemError(code, detail, undefined, RETRY_AFTER_SECONDS);
    }
    case 'requirement-unmet': {
      const field = request.region?.require && 'region.require';
      const detail =
        field === undefined && tenant ? `${capitalized(nobody)}; ${boundsOf(tenant)}` : `${field}: ${nobody}`;
      return new ProblemError(code, detail, field, RETRY_AFTER_SECONDS);
    }
    case 'transports-unmet': {
      const offered = request.transports?.join(' or ') ?? 'a known transport';
      const detail = `transports: ${capitalized(nobody)} offers ${offered}`;
      return new ProblemError('requirement-unmet', detail, 'transports', RETRY_AFTER_SECONDS);
    }
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
