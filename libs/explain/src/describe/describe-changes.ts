import type { DerivedDecision, ExplainedRegion } from '@spillway/contracts';
import { ms, percent } from './wording.js';

/** Changes that are told. */
const TOLD = 4;

/** What would have changed it, all else as it was. */
export function describeChanges({ regions }: DerivedDecision): string[] {
  const changes = regions
    .toSorted((a, b) => Number(b.isServing) - Number(a.isServing) || a.rttMs - b.rttMs)
    .map(change)
    .filter((text) => text !== undefined)
    .slice(0, TOLD);
  if (changes.length === 0)
    return ['Nothing but other nodes would have changed it: no price and no load of a region.'];
  return [`What would have changed it, all else as it was: ${changes.join('; ')}.`];
}

function change(region: ExplainedRegion): string | undefined {
  const { turnsAt, wouldServe, region: id } = region;
  if (wouldServe) return `${id} would have served, had ${open(region)}`;
  if (!turnsAt) return undefined;
  const { priceMs, load, to } = turnsAt;
  const from =
    to === undefined ? `${id} would have served below` : `${to} would have served, had ${id} been above`;
  const stood = `it stood at ${standing(region)}`;
  if (priceMs === null) return `${from} a load of ${percent(load)} (${stood})`;
  return `${from} a price of ${ms(priceMs)}, that is a load of about ${percent(load)} (${stood})`;
}

function standing({ priceMs, measured, reserved }: ExplainedRegion): string {
  return `${ms(priceMs)} and ${measured === null ? 'an unknown load' : percent(measured + reserved)}`;
}

function open({ obstacle }: ExplainedRegion): string {
  switch (obstacle) {
    case 'not-allowed':
      return 'it been allowed';
    case 'transports':
      return 'it had a node with a transport that the client can use';
    case 'full':
    case 'expected-full':
      return 'a node of it had room';
    default:
      return 'it had a node to hand out';
  }
}
