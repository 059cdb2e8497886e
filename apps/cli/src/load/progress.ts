import { integralAt, priceCurve, priceMs, type FleetRegion } from '@spillway/fleet';
import { describePlan } from '../fleet/describe-plan.js';
import type { FollowedFleet } from '../follow-fleet.js';

const COLUMNS = [
  ['USE', 6],
  ['DEMAND', 7],
  ['PRICE', 8],
  ['NODES', 22],
  ['OVERLOAD', 9],
  ['PLAN', 0],
] as const;

const CLOCK_WIDTH = 8;

export const PROGRESS_HEADING = 'TIME'.padEnd(CLOCK_WIDTH) + row(COLUMNS.map(([name]) => name));

/** Sets minutes and seconds before a line. */
export function withClock(elapsedMs: number, line: string): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return clock.padEnd(CLOCK_WIDTH) + line;
}

/** How a region is, in one line. */
export function describeProgress(followed: FollowedFleet, regionId: string): string {
  const region = followed.fleet.regions.get(regionId);
  if (!region) return 'the policy does not name this region any more';
  return row([
    percent(region.utilization),
    percent(region.spillover?.event.demand ?? null),
    describePrice(currentPrice(followed, region)),
    describeNodes(followed, region),
    region.overload?.event.state === 'entered' ? 'overload' : '-',
    describePlan(region.plan?.event ?? null),
  ]);
}

/** Above the threshold it is a wall, and what it says is the order of magnitude. */
const describePrice = (ms: number) => `${ms < 100 ? Math.round(ms) : Math.round(ms / 100) * 100} ms`;

/** As a router reckons it. */
function currentPrice(
  { policy, now }: FollowedFleet,
  { spillover, utilization, holds }: FleetRegion,
): number {
  if (policy.strategy !== 'priced') return 0;
  const at = now();
  const integralMs = spillover ? integralAt(spillover.event, spillover.at, at) : 0;
  return priceMs(utilization ?? 0, integralMs, priceCurve(policy, holds));
}

/** How many there are in which state: `2 serving, 1 starting`. */
function describeNodes({ fleet }: FollowedFleet, { id }: FleetRegion): string {
  const counts = new Map<string, number>();
  for (const { heartbeat, freshness } of fleet.nodesIn(id)) {
    const state = freshness === 'unknown' ? 'silent' : heartbeat.state;
    // A silent node that said it stops is not missed.
    if (state === 'silent' && heartbeat.state === 'stopped') continue;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'none';
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(COLUMNS[i]?.[1] ?? 0))
    .join('  ')
    .trimEnd();
}

const percent = (share: number | null) => (share === null ? '?' : `${Math.round(share * 100)} %`);
