import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RegionControl } from '@spillway/contracts';
import { seededRandom } from '@spillway/testkit';
import { aToyPolicy, ToyWorld, type ToyOptions } from './toy-world.harness.js';

const US = 'us-east-1';
const EU = 'eu-central-1';

const aWorld = (options: Partial<ToyOptions> = {}) =>
  new ToyWorld({
    policy: aToyPolicy(),
    nodes: { [US]: 9, [EU]: 4 },
    demand: (region) => (region === US ? 6 : 2.5),
    ...options,
  });

describe('A region whose demand ramps from 60 % to 130 % of it and back', () => {
  const world = aWorld({
    nodes: { [US]: 10, [EU]: 6 },
    policy: aToyPolicy({ [US]: { min: 10 }, [EU]: { min: 6 } }),
    demand: (region, second) => {
      if (region !== US) return 2;
      if (second < 2400) return 6 + 7 * Math.min(1, Math.max(0, (second - 300) / 600));
      return 6;
    },
  });
  let hottest = 0;
  let atPeak = 0;

  beforeAll(() => {
    world.run(2400, () => {
      hottest = Math.max(hottest, world.utilization(US) ?? 1, world.utilization(EU) ?? 1);
    });
    atPeak = world.count(US, 'serving');
    world.run(2400);
  });

  it('grows to what is needed, and is never too full', () => {
    expect(atPeak).toBe(Math.ceil(13 / 0.72));
    expect(hottest).toBeLessThan(0.805);
  });

  it('shrinks again, node by node, to its least', () => {
    expect(world.count(US)).toBe(10);
    expect(world.story().filter((step) => step.startsWith('x'))).toHaveLength(atPeak - 10);
  });

  it('does not flap', () => {
    expect(world.turns(US)).toBe(1);
    expect(world.story(EU)).toEqual([]);
  });
});

describe('A region that must not grow', () => {
  const demand = (region: string, second: number) => {
    if (region !== US) return 3;
    return second < 300 || second > 3000 ? 6 : 13;
  };
  const policy = aToyPolicy({ [US]: { min: 10, max: 10 }, [EU]: { min: 20, max: 20 } });
  const world = aWorld({ nodes: { [US]: 10, [EU]: 20 }, policy, demand });
  const prices: number[] = [];
  const utilizations: number[] = [];
  let peak: RegionControl | undefined;

  beforeAll(() => {
    world.run(3000, () => {
      prices.push(world.price(US));
      utilizations.push(world.utilization(US) ?? 0);
    });
    peak = world.loop.control(US);
  });

  it('has a price that converges, with the region at its target', () => {
    const last = prices.slice(-300);
    expect(Math.min(...last)).toBeGreaterThan(20);
    expect(Math.max(...last) - Math.min(...last)).toBeLessThan(5);
    for (const utilization of utilizations.slice(-300)) {
      expect(utilization).toBeGreaterThan(0.78);
      expect(utilization).toBeLessThan(0.8);
    }
  });

  it('is overloaded by its demand, though spilling holds it below the threshold', () => {
    expect(peak?.overload?.state).toBe('entered');
    expect(peak?.demand).toBeCloseTo(1.3, 1);
    expect(world.utilization(EU)).toBeLessThan(0.8);
  });

  it('is free and no longer overloaded once that is over, and was so once', () => {
    world.run(1500);
    expect(world.price(US)).toBe(0);
    expect(world.loop.control(US)?.integralMs).toBe(0);
    const changes = world.steps.flatMap(({ overload }) => (overload ? [overload.state] : []));
    expect(changes).toEqual(['entered', 'cleared']);
  });

  it('says that it would grow and must not', () => {
    const codes = world.steps.flatMap(({ region, report }) =>
      region === US ? (report?.reasons.map(({ step, code }) => `${step} ${code}`) ?? []) : [],
    );
    expect(codes).toContain('grow at-max');
    expect(world.story()).toEqual([]);
  });
});

describe('What is unknown', () => {
  it('stops all steps while the link is lost; the price falls as on every router, and goes on without a jump', () => {
    const policy = aToyPolicy({ [US]: { min: 10, max: 10 }, [EU]: { min: 20, max: 20 } });
    const world = aWorld({
      nodes: { [US]: 10, [EU]: 20 },
      policy,
      demand: (region) => (region === US ? 13 : 3),
    });
    world.run(900);
    const before = world.loop.control(US)?.integralMs ?? 0;
    world.steps.length = 0;
    world.isLinkUp = false;
    world.fleet.setLink('down', world.now);
    world.isMuted = () => true;
    world.run(300);
    expect(
      world.steps.flatMap(({ spillover, overload, plan }) => [spillover, overload, plan]).filter(Boolean),
    ).toEqual([]);
    const during = world.loop.control(US)?.integralMs ?? 0;
    expect(during).toBeGreaterThan(before * 0.55);
    expect(during).toBeLessThan(before * 0.65);
    expect(world.loop.control(US)?.overload?.state).toBe('entered');
    world.isLinkUp = true;
    world.isMuted = () => false;
    world.fleet.setLink('up', world.now);
    world.run(4);
    // It goes on from there: some 1.4 ms a second, as the region is above its threshold by now.
    const after = world.loop.control(US)?.integralMs ?? 0;
    expect(after).toBeGreaterThan(during - 0.5);
    expect(after).toBeLessThan(during + 4 * 1.5);
  });

  it('of a whole region: it is not scaled while the others are', () => {
    const world = aWorld({ demand: (region, second) => (region === US ? 6 : second < 60 ? 2.5 : 6) });
    world.run(30);
    world.isMuted = ({ region }) => region === US;
    world.run(400);
    expect(world.story(US)).toEqual([]);
    expect(world.story(EU).length).toBeGreaterThan(0);
    expect(world.loop.control(US)).toMatchObject({ demand: null, spareSinceMs: null, shortSinceMs: null });
  });

  it('of one node: the region does not shrink, however little it carries', () => {
    const world = aWorld({ demand: () => 1 });
    world.run(20);
    const [first] = [...world.nodes.keys()];
    world.isMuted = ({ id }) => id === first;
    world.run(500);
    expect(world.story(US)).toEqual([]);
    world.isMuted = () => false;
    world.run(500);
    expect(world.story(US)[0]).toBe('-1');
  });

  it('of the whole bus: nothing is scaled', () => {
    const world = aWorld({ demand: () => 1 });
    world.run(60);
    world.isMuted = () => true;
    world.run(300);
    expect(world.fleet.isBusSuspect).toBe(true);
    expect(world.plans).toEqual([]);
  });

  it('of the provider: nothing is scaled', () => {
    const world = aWorld({ demand: () => 6 });
    world.isInventoryKnown = (region) => region === US;
    world.run(300);
    expect(world.story(EU)).toEqual([]);
    world.isInventoryKnown = () => true;
    world.run(60);
    expect(world.story(EU)[0]).toBe('+5');
  });
});

describe('Boots', () => {
  it('are measured', () => {
    const world = aWorld({ bootSeconds: 45, demand: (region) => (region === US ? 8 : 2.5) });
    world.run(300);
    expect(world.loop.control(US)?.bootSeconds).toBeGreaterThanOrEqual(45);
    expect(world.loop.control(US)?.bootSeconds).toBeLessThan(49);
  });

  it('that fail are ended and tried again, less and less often, and never beyond the most there may be', () => {
    const policy = aToyPolicy({ [US]: { min: 2, max: 3 } });
    const world = aWorld({
      policy,
      nodes: { [US]: 2, [EU]: 4 },
      demand: (region) => (region === US ? 1.9 : 2.5),
      failsToBoot: () => true,
    });
    let most = 0;
    world.run(5400, () => (most = Math.max(most, world.count(US))));
    expect(most).toBe(3);
    const tries = world.plans.filter(({ plan }) => plan.desired > plan.current).map(({ second }) => second);
    const waits = tries.slice(1).map((second, i) => second - (tries[i] ?? 0));
    expect(waits.slice(0, 2).every((wait) => wait < 700)).toBe(true);
    expect(waits.slice(2).map((wait) => Math.round(wait / 600))).toEqual([2, 3]);
    expect(world.loop.control(US)?.failedBoots).toBe(world.story().filter((step) => step === 'x1').length);
  });
});

describe('The size of a region', () => {
  it('is taken back from a drain before anything is booted', () => {
    const world = aWorld({
      nodes: { [US]: 11, [EU]: 4 },
      demand: (region, second) => (region === US ? (second < 200 ? 6 : 7.1) : 2.5),
    });
    world.run(200);
    expect(world.count(US, 'draining')).toBeGreaterThan(0);
    world.run(200);
    expect(world.plans.some(({ plan }) => plan.undrain.length > 0)).toBe(true);
    expect(world.plans.every(({ plan }) => plan.desired <= plan.current)).toBe(true);
    expect(world.count(US, 'serving')).toBeGreaterThanOrEqual(10);
  });

  it.each([6, 6.45, 2.1])('does not flap by chance, when calls worth %d nodes come at random', (demand) => {
    const world = aWorld({
      nodes: { [US]: Math.ceil(demand / 0.72), [EU]: 4 },
      policy: aToyPolicy({ [US]: { stabilizationDownSeconds: 600 }, [EU]: { min: 4 } }),
      demand: (region) => (region === US ? demand : 2),
      random: seededRandom(7),
    });
    world.run(5400);
    expect(world.turns(US)).toBeLessThanOrEqual(1);
    expect(world.count(US, 'serving') - Math.ceil(demand / 0.72)).toBeLessThanOrEqual(1);
  });

  it('begins at its least, all at once, when nobody has been heard there for long enough', () => {
    const world = aWorld({ policy: aToyPolicy({ [US]: { min: 4 } }), nodes: { [EU]: 4 }, demand: () => 0 });
    world.run(15);
    expect(world.story(US)).toEqual([]);
    world.run(3);
    expect(world.story(US)).toEqual(['+4']);
  });

  it('comes from nothing when its clients are served elsewhere', () => {
    const policy = aToyPolicy({ [US]: { min: 0 }, [EU]: { min: 8 } });
    const world = aWorld({
      policy,
      nodes: { [EU]: 8 },
      demand: (region) => (region === EU ? 2 : 1.9),
      isHomeless: true,
    });
    world.run(900);
    expect(world.count(US, 'serving')).toBe(3);
  });

  it('is more while the schedule says so', () => {
    // T0 is 2026-11-18T11:06:40Z, a Wednesday.
    const schedule = [{ days: ['wed'], from: '11:10', to: '11:20', timeZone: 'UTC', min: 12 }];
    const world = aWorld({ policy: aToyPolicy({ [US]: { schedule } }) });
    world.run(198);
    expect(world.story(US)).toEqual([]);
    world.run(10);
    expect(world.story(US)).toEqual(['+3']);
    world.run(600);
    expect(world.count(US, 'serving')).toBe(12);
    world.run(900);
    expect(world.count(US, 'serving')).toBeLessThan(12);
  });

  it('is what the static nodes leave to be done: they are counted and never drained', () => {
    const world = aWorld({
      nodes: { [US]: 2, [EU]: 4 },
      staticNodes: { [US]: 7 },
      demand: (region) => (region === US ? 1 : 2.5),
    });
    world.run(2000);
    expect(world.story(US)).toEqual(['-1', '-1', 'x1', 'x1']);
    expect(world.count(US, 'serving')).toBe(7);
  });
});

describe('Nobody carries out', () => {
  const demand = (region: string) => (region === US ? 9 : 2.5);
  const reports = (world: ToyWorld) =>
    world.steps.flatMap(({ region, report }) => (region === US && report ? [report] : []));

  it('a dry run: it is told what would have been done', () => {
    const world = aWorld({ policy: aToyPolicy({ [US]: { dryRun: true } }), demand });
    world.run(120);
    expect(world.story()).toEqual([]);
    expect(reports(world).at(-1)).toMatchObject({
      revision: 0,
      parentRevision: null,
      current: 9,
      desired: 13,
    });
  });

  it('advice to a region without a provider', () => {
    const policy = aToyPolicy({ [US]: { provider: { kind: 'none' }, max: 0 } });
    const world = aWorld({ policy, demand });
    world.run(120);
    expect(world.story()).toEqual([]);
    const advice = reports(world).at(-1);
    expect(advice?.desired).toBe(4);
    expect(advice?.reasons.map(({ code }) => code)).toContain('no-provider');
    expect(advice?.reasons.some(({ isTaken }) => isTaken)).toBe(false);
  });
});
