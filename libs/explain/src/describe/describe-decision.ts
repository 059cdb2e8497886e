import type { Asked, DerivedDecision, ExplainedDecision, ExplainedRegion } from '@spillway/contracts';
import { country, list, ms, percent, place, time } from './wording.js';

/** Who was given what, when and by whom. */
export function describeDecision({ at, asked, nodes, region, router, id }: ExplainedDecision): string {
  const when = at === null ? 'at a time that is not told' : `on ${time(at)}`;
  return `${describeClient(asked)} was given ${list(nodes)} in ${region}, ${when}, by router ${router} (decision ${id}).${describeWishes(asked)}`;
}

function describeClient({ user, tenant, ...where }: Asked): string {
  const name =
    user === undefined ? 'A client without a user name' : `A client of the user with the hash ${user}`;
  return `${name}${tenant === undefined ? '' : ` of tenant ${tenant}`}, ${describeWhere(where)},`;
}

function describeWhere({ country: code, lat, lon }: Asked): string {
  if (lat === undefined || lon === undefined) return 'nobody knows where,';
  return `${code === undefined ? '' : `in ${country(code)}, `}near ${place(lat, lon)}`;
}

function describeWishes({ require, prefer, transports, count }: Asked): string {
  const wishes = [
    require && `only ${list(require, 'or')} might serve it`,
    prefer !== undefined && `it wished for ${prefer}`,
    transports && `it can use ${list(transports)} only`,
    count !== undefined && count > 1 && `it asked for ${count} nodes`,
  ].filter((wish) => typeof wish === 'string');
  return wishes.length === 0 ? '' : ` By its request and its tenant, ${list(wishes)}.`;
}

/** Why this region. */
export function describeReason(
  { region, reason, nearestRegion }: ExplainedDecision,
  derived: DerivedDecision | null,
): string {
  const served = derived?.regions.find((other) => other.region === region);
  const home = derived?.regions.find(({ isHome }) => isHome);
  const cost = served ? `: ${describeCost(served)}` : '';
  switch (reason) {
    case 'nearest':
      return `Why ${region}: it is the nearest region the client may use${cost}.`;
    case 'preferred':
      return `Why ${region}: the client wished for it, and it was below the threshold${cost}.`;
    case 'required':
      return `Why ${region}: of the regions that may serve this client, it was the best${cost}.`;
    case 'fallback':
      return nearestRegion === null
        ? `Why ${region}: nobody knows where the client is, so it was served as if it were in the default region${cost}.`
        : `Why ${region}: the nearest region, ${nearestRegion}, had no node to hand out${cost}.`;
    case 'spillover': {
      const away = home ? `, ${describeCost(home)}` : '';
      return `Why ${region}: the client belongs to ${nearestRegion}${away}. ${region} was better${cost}.`;
    }
  }
}

/** Round trip, price, load. */
export function describeCost({ rttMs, priceMs, measured, reserved }: ExplainedRegion): string {
  const cost =
    priceMs > 0
      ? `${ms(rttMs)} round trip + ${ms(priceMs)} price = ${ms(rttMs + priceMs)}`
      : `${ms(rttMs)} round trip, no price`;
  const load = measured === null ? 'at an unknown load' : `${percent(measured + reserved)} full`;
  return `${cost}, ${load}`;
}
