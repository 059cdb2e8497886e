import { expect, it } from '@jest/globals';
import { STRATEGY_NAMES, type Spillover, type StrategyName } from '@spillway/contracts';
import { hashText, RULE_VERSION } from '@spillway/placement';
import { aPolicy } from '@spillway/testkit';
import { Stage } from './recording-router.harness.js';

/**
 * What these rules make of a log. Where this changes, decisions that were recorded before come out otherwise: count
 * `RULE_VERSION` up, and write the new figures here.
 */
const RULES = { version: 3, decisions: 1_721_204_879 };

const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'] as const;
const NODES = REGIONS.flatMap((region) => Array.from({ length: 4 }, (_, i) => `${region}/n${i}`));

const spillover: Spillover = {
  at: '2026-11-22T10:00:00.000Z',
  priceMs: 40,
  integralMs: 40,
  utilization: null,
  demand: null,
  loadPerCredential: { bandwidthBps: 400_000, allocations: 2.5 },
  origins: {},
  target: 0.79,
  generation: 1,
  validForSeconds: 20,
};

interface World {
  /** Of the first region's nodes at a step, besides what chance adds. */
  readonly allocations: (step: number) => number;
  readonly spillover: Spillover;
  /** The step at which it is published. */
  readonly pricedAt: number;
  readonly isHeard: (node: number, step: number) => boolean;
}

/** A large region fills up. */
const filling: World = {
  allocations: (step) => 3_500 + step,
  spillover,
  pricedAt: 200,
  isHeard: () => true,
};
/** A region of some 300 credentials drains while it is still dear, and a node of it misses two heartbeats of three. */
const draining: World = {
  allocations: (step) => 3_700 - 2 * step,
  spillover: { ...spillover, integralMs: 300, loadPerCredential: { bandwidthBps: 400_000, allocations: 60 } },
  pricedAt: 20,
  isHeard: (node, step) => node !== 1 || step % 30 === 0,
};

/** What two routers decide meanwhile, as text. */
function decisionsBy(strategy: StrategyName, world: World): string {
  const fixedMap = { continents: { EU: 'eu-central-1', NA: 'us-east-1' }, fallback: 'ap-southeast-1' };
  const stage = new Stage(NODES, aPolicy({ strategy, fixedMap }));
  const routers = ['r1', 'r2'].map((id) => stage.router(id));
  const decided: string[] = [];
  for (let step = 0; step < 400; step++) {
    stage.pass(170);
    if (step % 10 === 0) {
      const allocations = (i: number) =>
        (i < 4 ? world.allocations(step) : 3_500) + ((i * 137 + step * 2) % 500);
      stage.beat(
        (i) => ({ cpu: null, allocations: allocations(i) }),
        (i) => world.isHeard(i, step),
      );
    }
    if (step === world.pricedAt)
      stage.write({ kind: 'spillover', region: 'us-east-1', spillover: world.spillover });
    const router = routers[step % 2];
    const continent = step % 3 === 0 ? ('EU' as const) : ('NA' as const);
    router?.decide(stage.at, {
      lat: (step * 37) % 80,
      lon: ((step * 53) % 240) - 120,
      continent,
      ...(step % 7 === 0 && { count: 2 }),
      ...(step % 11 === 0 && { prefer: 'eu-central-1' }),
    });
    if (step % 2 === 1) for (const each of routers) decided.push(...stage.tell(each).decisions.map(textOf));
  }
  return decided.join('\n');
}

const textOf = ({
  id,
  nodes,
  nearestRegion,
  reason,
}: {
  id: string;
  nodes: string[];
  nearestRegion: string | null;
  reason: string;
}) => [id, nodes, nearestRegion, reason].join(' ');

it('Decisions come out as they did when the rules were given their version', () => {
  const all = [filling, draining]
    .flatMap((world) => STRATEGY_NAMES.map((strategy) => decisionsBy(strategy, world)))
    .join('\n');
  for (const reason of ['nearest', 'preferred', 'spillover'])
    expect(all.split(reason).length).toBeGreaterThan(30);
  expect({ version: RULE_VERSION, decisions: hashText(all) }).toEqual(RULES);
});
