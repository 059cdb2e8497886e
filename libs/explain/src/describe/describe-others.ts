import type { DerivedDecision, ExplainedRegion } from '@spillway/contracts';
import { describeCost } from './describe-decision.js';
import { count, list, ms, percent } from './wording.js';

/** Regions that are told one by one: the nearest. */
const TOLD = 6;

/** Why the others did not serve, the nearest first. */
export function describeOthers(derived: DerivedDecision): string[] {
  const others = derived.regions.filter(({ isServing }) => !isServing).toSorted((a, b) => a.rttMs - b.rttMs);
  const served = derived.regions.find(({ isServing }) => isServing);
  const told = others
    .slice(0, TOLD)
    .map(
      (region) => `Why not ${region.region} (${describeCost(region)}): ${obstacle(region, served, derived)}.`,
    );
  const rest = others.slice(TOLD);
  if (rest.length === 0) return told;
  return [
    ...told,
    `${count(rest.length, 'other region')}, farther away: ${list(rest.map(({ region }) => region))}.`,
  ];
}

function obstacle(
  { obstacle, rejected, rttMs, priceMs, nodes }: ExplainedRegion,
  served: ExplainedRegion | undefined,
  { threshold, strategy }: DerivedDecision,
): string {
  const full = percent(threshold);
  switch (obstacle) {
    case 'not-allowed':
      return 'the request or its tenant does not allow it';
    case 'no-node':
      return nodes === 0 ? 'no node of it is known' : `no node could be handed out: ${rejections(rejected)}`;
    case 'transports':
      return `no node offers a transport that the client can use: ${rejections(rejected)}`;
    case 'full':
      return `no node had room: ${rejections(rejected)}`;
    case 'expected-full':
      return 'what was handed out and had not arrived yet left no room there, and another region had room';
    case 'preference':
      return 'the client wished for another';
    case 'fuller':
      return `from ${full} on, or while its load is not known, a region takes no clients of others while another has room`;
    case 'at-threshold':
      return `it was at ${full} or above, from where the strategy "${strategy}" goes on to another`;
    case 'costs-more':
      return served ? `${ms(rttMs + priceMs - served.rttMs - served.priceMs)} worse` : 'worse';
    case 'further':
      return served ? `${ms(rttMs - served.rttMs)} farther away` : 'farther away';
    case 'not-mapped':
      return 'the map of the policy names another for this client';
    case null:
      return 'it serves';
  }
}

const REJECTED: Readonly<Record<string, string>> = {
  'not-allowed': 'not allowed',
  'wrong-kind': 'no TURN server',
  'not-serving': 'starting, draining or stopped',
  'drain-ordered': 'told to drain',
  silent: 'silent for too long',
  'below-version-floor': 'below the version that the policy asks for',
  transports: 'without a transport that the client can use',
  full: 'full',
};

export function rejections(rejected: Readonly<Record<string, number>>): string {
  return list(Object.entries(rejected).map(([reason, number]) => `${number} ${REJECTED[reason] ?? reason}`));
}
